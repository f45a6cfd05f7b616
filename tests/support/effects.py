"""The gaps of the walk, found in the code: after every call that changes something outside, before what comes next."""

from __future__ import annotations

import ast
import inspect
import typing
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from itertools import pairwise
from typing import Any, get_args, get_origin, get_type_hints

from support.source_tree import Module

FAILPOINT = "failpoint"
SEPARATE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Effects:
    """
    What a service's ports can change outside.

    Attributes:
        fields: By the name of a port, the effects it has; "" stands for calling the port itself.
        loose: Effects called on something whose port cannot be told from the code, such as a broker just chosen.
    """

    fields: Mapping[str, frozenset[str]]
    loose: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Gap:
    """One place after an effect: where it is, which effect, and the fail point that stands there, if any."""

    where: str
    effect: str
    point: str | None


def effects_of(roots: typing.Iterable[type], reads: frozenset[str], loose: typing.Iterable[type] = ()) -> Effects:
    """
    Return what can be called on the ports that the dataclasses *roots* hold.

    Whatever is awaited of a port counts as an effect, unless *reads* names it (``orders.load``): a new
    call of a port is taken for one until somebody says that it only reads.
    """
    found: dict[str, set[str]] = {}
    for root in roots:
        hints = get_type_hints(root)
        for each in fields(root):
            calls = {name for name in _awaited(hints[each.name]) if f"{each.name}.{name}".rstrip(".") not in reads}
            if calls:
                found.setdefault(each.name, set()).update(calls)
    others = {name for port in loose for name in _awaited(port) if f"{port.__name__}.{name}" not in reads}
    return Effects({name: frozenset(calls) for name, calls in found.items()}, frozenset(others))


def _awaited(hint: Any) -> set[str]:
    """Return the names of what can be awaited of a port: its methods, or "" where the port itself is a function."""
    if get_origin(hint) in (list, tuple, dict, set, frozenset, Mapping):
        return set()
    if get_origin(hint) is not None:
        answered = get_args(hint)[-1:] if callable(hint) or "Callable" in str(hint) else ()
        return {""} if any(get_origin(each) is Awaitable for each in answered) else set()
    if not inspect.isclass(hint) or (is_dataclass(hint) and hint.__name__ != "Sweep"):
        return set()
    methods = {name for name, member in inspect.getmembers(hint) if inspect.iscoroutinefunction(member)}
    return {"" if name == "__call__" else name for name in methods if name == "__call__" or name[0] != "_"}


def gaps(module: Module, effects: Effects) -> Iterator[Gap]:
    """Yield every gap of *module*."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.AsyncFunctionDef):
            yield from _gaps_in(module, node, effects)


def _gaps_in(module: Module, function: ast.AsyncFunctionDef, effects: Effects) -> Iterator[Gap]:
    """An effect is done by the first await at or after its call; the await after that must be a fail point."""
    awaits = sorted(_own(function, ast.Await), key=_place)
    for call in _own(function, ast.Call):
        effect = _effect(call, effects)
        if effect is None:
            continue
        where = f"{module.name}:{call.lineno} {function.name}"
        behind = [each for each in awaits if _end(each) >= _end(call)]
        yield Gap(where, effect, _point(behind[1]) if len(behind) > 1 else None)


def _own(function: ast.AsyncFunctionDef, kind: type[Any]) -> list[Any]:
    """Return the nodes of *kind* in *function* itself, not in a function inside it."""
    found, waiting = [], list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        if isinstance(node, kind):
            found.append(node)
        if not isinstance(node, SEPARATE):
            waiting += ast.iter_child_nodes(node)
    return found


def _effect(call: ast.Call, effects: Effects) -> str | None:
    """Return the effect that *call* is of, as ``port.method``."""
    match call.func:
        case ast.Attribute(value=ast.Attribute(attr=port) | ast.Name(id=port), attr=method) if port in effects.fields:
            return f"{port}.{method}" if method in effects.fields[port] else None
        case ast.Attribute(attr=port) if "" in effects.fields.get(port, ()):
            return port
        case ast.Attribute(value=ast.Call() | ast.Name(), attr=method) if method in effects.loose:
            return method
    return None


def _point(node: ast.Await) -> str | None:
    match node.value:
        case ast.Call(func=ast.Name(id="failpoint"), args=[ast.Constant(value=str(name))]):
            return name
    return None


def _place(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or 0


WRITES = {
    *("insert_one", "insert_many", "update_one", "update_many", "replace_one", "delete_one", "delete_many"),
    *("bulk_write", "find_one_and_update", "publish", "publish_raw"),
}
"""What an adapter changes the world by."""


def torn(module: Module) -> Iterator[str]:
    """
    Yield the functions of an adapter that do two things outside with no fail point between them.

    One alone needs none: whoever called has one behind the call. What belongs to one transaction names its session.
    """
    for node in ast.walk(module.tree):
        if isinstance(node, ast.AsyncFunctionDef):
            done = sorted((each for each in _own(node, ast.Await) if _writes(each) or _point(each)), key=_place)
            for before, after in pairwise(done):
                if _writes(before) and _writes(after) and not _apart(node, before, after):
                    yield f"{module.name}:{after.lineno} {node.name}"


def points_of(module: Module) -> Iterator[str]:
    """Yield the names of the fail points of *module*."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Await) and (name := _point(node)) is not None:
            yield name


def _writes(node: ast.Await) -> bool:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in WRITES:
            return not any(keyword.arg == "session" for keyword in call.keywords)
    return False


def _apart(function: ast.AsyncFunctionDef, before: ast.Await, after: ast.Await) -> bool:
    """Whether the two stand in different branches, of which only one is gone through."""
    for node in _own(function, ast.If):
        branches = [{id(each) for part in branch for each in ast.walk(part)} for branch in (node.body, node.orelse)]
        if any(id(before) in one and id(after) in other for one, other in (branches, branches[::-1])):
            return True
        if id(before) in branches[0] and id(after) not in branches[0] and isinstance(node.body[-1], ast.Return):
            return True
    return False
