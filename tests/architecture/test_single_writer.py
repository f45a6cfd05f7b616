"""A collection is written by its owner alone; everyone else may at most read it (DESIGN 2, RULES 6)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from mathematricks.contracts import collections as declared
from mathematricks.contracts.base import Collection
from mathematricks.contracts.collections import COLLECTIONS
from support.source_tree import SERVICES, Module, modules_of, parse, terminal_name

CONSTANTS = {name: value for name, value in vars(declared).items() if isinstance(value, Collection)}
NAMES = {collection.name for collection in COLLECTIONS}
WRITES = {
    *("insert_one", "insert_many", "update_one", "update_many", "replace_one", "delete_one", "delete_many"),
    *("bulk_write", "find_one_and_update", "find_one_and_replace", "find_one_and_delete"),
    *("drop", "rename", "create_index", "create_indexes", "drop_index", "drop_indexes"),
}


def violations(module: Module, owner: str) -> Iterator[str]:
    """
    Yield what in *module*, a part of the service *owner*, writes or could write a collection of another.

    A collection is named as ``db[CONSTANT.name]``; where it is kept (a variable, an attribute) is
    followed within the module. A write whose collection cannot be told counts as one on every
    collection that the module names. One of another's is never handed on, for we could not follow it.
    """
    named = _imported_constants(module)
    foreign = {local for local, collection in named.items() if collection.owner != owner}
    kept = _kept(module, named)
    for node in ast.walk(module.tree):
        where = f"{module.name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call):
            yield from (f"{where} writes {each}" for each in _written(node, named, kept) if each in foreign)
            handed = [each for argument in _arguments(node) if (each := _constant_of(argument, named, kept)) in foreign]
            yield from (f"{where} hands {each} on" for each in handed)
        elif isinstance(node, ast.Constant) and node.value in ("$out", "$merge"):
            yield f"{where} writes through an aggregation"
        elif (by_text := _named_by_text(node)) is not None:
            yield f"{where} names {by_text} by text; use the constant of contracts.collections"


def _imported_constants(module: Module) -> dict[str, Collection]:
    return {
        alias.asname or alias.name: CONSTANTS[alias.name]
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module == declared.__name__
        for alias in node.names
        if alias.name in CONSTANTS
    }


def _kept(module: Module, named: dict[str, Collection]) -> dict[str, set[str]]:
    """Return which constants each variable or attribute of the module may stand for."""
    kept: dict[str, set[str]] = {}
    for node in ast.walk(module.tree):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        constant = _direct(node.value, named) if targets and node.value is not None else None  # type: ignore[attr-defined]
        for target in targets:
            if constant and (name := terminal_name(target)):
                kept.setdefault(name, set()).add(constant)
    return kept


def _direct(node: ast.AST, named: dict[str, Collection]) -> str | None:
    """Return CONSTANT where *node* is ``anything[CONSTANT.name]``."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Attribute) and node.slice.attr == "name":
        name = terminal_name(node.slice.value)
        return name if name in named else None
    return None


def _constant_of(node: ast.AST, named: dict[str, Collection], kept: dict[str, set[str]]) -> str | None:
    return _direct(node, named) or next(iter(kept.get(terminal_name(node) or "", ())), None)


def _written(call: ast.Call, named: dict[str, Collection], kept: dict[str, set[str]]) -> set[str]:
    if not (isinstance(call.func, ast.Attribute) and call.func.attr in WRITES):
        return set()
    receiver = call.func.value
    if direct := _direct(receiver, named):
        return {direct}
    return kept.get(terminal_name(receiver) or "", set(named))


def _arguments(call: ast.Call) -> list[ast.AST]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _named_by_text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value in NAMES:
        return str(node.slice.value) if terminal_name(node.value) in ("db", "_db", "database") else None
    if (
        isinstance(node, ast.Attribute)
        and node.attr in NAMES
        and terminal_name(node.value) in ("db", "_db", "database")
    ):
        return node.attr
    return None


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_writes_only_what_it_owns(service: str) -> None:
    found = [each for module in modules_of(SERVICES[service]) for each in violations(module, service)]

    assert found == []


def test_every_collection_has_an_owner_that_exists() -> None:
    assert {collection.owner for collection in COLLECTIONS} <= set(SERVICES)


IMPORT = "from mathematricks.contracts.collections import ORDERS, SIGNALS as MINE\n"


@pytest.mark.parametrize(
    "code",
    [
        "async def f(db): await db[ORDERS.name].insert_one({})",
        "class A:\n def __init__(self, db): self._o = db[ORDERS.name]\n async def f(self): await self._o.drop()",
        "class A:\n def __init__(self, db): self._o: X = db[ORDERS.name]\n async def f(self): self._o.update_one()",
        "async def f(db):\n orders = db[ORDERS.name]\n await orders.find_one_and_update({}, {})",
        "async def f(db, anything): await anything.delete_many({})",
        "def f(db): return Sweep(db[ORDERS.name], None, None)",
        "def f(db):\n o = db[ORDERS.name]\n return put(into=o)",
        "async def f(db): await db['orders'].find_one()",
        "async def f(self): await self._db.orders.find_one()",
        "async def f(db): await db[MINE.name].aggregate([{'$merge': 'orders'}])",
    ],
)
def test_a_write_by_another_is_found(code: str) -> None:
    assert list(violations(parse(Path("adapters/foreign.py"), IMPORT + code), "signal-ingestion"))


@pytest.mark.parametrize(
    "code",
    [
        "async def f(db): return await db[ORDERS.name].find_one({})",
        "async def f(db): await db[MINE.name].insert_one({})",
        "class A:\n def __init__(self, db):\n  self._o = db[ORDERS.name]\n  self._m = db[MINE.name]\n"
        " async def f(self):\n  await self._m.update_one({}, await self._o.find_one({}))",
        "def f(db): return Sweep(db[MINE.name], None, None)",
    ],
)
def test_reading_anothers_and_writing_ones_own_is_allowed(code: str) -> None:
    assert list(violations(parse(Path("adapters/own.py"), IMPORT + code), "signal-ingestion")) == []
