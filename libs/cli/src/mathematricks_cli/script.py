"""A script of signal bodies: what a sender would post, one after the other, with names for its entries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mathematricks_cli.faults import OperatorFault

Body = dict[str, Any]

PREVIOUS = "$PREVIOUS"
STORED_ONLY = ("_id", "received_at", "signal_processed", "api_endpoint", "mathematricks_signal_id")
"""What the collector adds to a body when it stores it; no sender ever posts these."""
_WRAPPER = "original_signal"
_SECRETS = ("passphrase",)


class ScriptInvalid(OperatorFault):
    """The file is not a script that can be played; the text says which body and why."""


@dataclass(frozen=True)
class Step:
    """
    One body to post, and how long to wait after it.

    Attributes:
        body: The body without the words meant for the player.
        wait: Seconds until the next step.
        entry_name: The placeholder that later steps call this one's signalID by.
    """

    body: Body
    wait: float = 0.0
    entry_name: str | None = None


def read_steps(text: str) -> tuple[Step, ...]:
    """
    Return the steps of a JSON object, a JSON array of objects, or JSON lines.

    Raises:
        ScriptInvalid: It is none of these, or a placeholder names no earlier body.
    """
    steps = tuple(_step(body, number) for number, body in enumerate(_bodies(text), 1))
    if not steps:
        raise ScriptInvalid("The file holds no body to send")
    _check_names(steps)
    return steps


def payload_of(body: Body) -> Body:
    """Return the part of *body* a sender writes: what stands in a forwarder's wrapper, else *body* itself."""
    inner = body.get(_WRAPPER)
    return inner if isinstance(inner, dict) else body


def resolve(body: Body, names: Mapping[str, str]) -> Body:
    """Return *body* with each placeholder (``$ENTRY_1``, ``$PREVIOUS``) replaced by the signalID it stands for."""
    resolved: Body = _replace(body, names)
    return resolved


def _bodies(text: str) -> list[Any]:
    try:
        whole = json.loads(text)
    except ValueError as fault:
        return _lines(text, fault)
    return whole if isinstance(whole, list) else [whole]


def _lines(text: str, fault: ValueError) -> list[Any]:
    bodies = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            bodies.append(json.loads(line))
        except ValueError as broken:
            raise ScriptInvalid(f"Neither JSON ({fault}) nor JSON lines (line {number}: {broken})") from broken
    return bodies


def _step(body: Any, number: int) -> Step:
    if not isinstance(body, dict):
        raise ScriptInvalid(f"Body {number} is not a JSON object")
    kept = {name: value for name, value in body.items() if name not in (*STORED_ONLY, "wait", "entry_name")}
    if any(name in body for name in STORED_ONLY):
        kept.pop("environment", None)  # the collector wrote this one too
    wait, name = body.get("wait", 0), body.get("entry_name")
    if isinstance(wait, bool) or not isinstance(wait, int | float) or wait < 0:
        raise ScriptInvalid(f"Body {number}: wait must be a number of seconds")
    if name is not None and not (isinstance(name, str) and name.startswith("$")):
        raise ScriptInvalid(f"Body {number}: entry_name must be a placeholder such as $ENTRY_1")
    return Step(kept, float(wait), name)


def _check_names(steps: Iterable[Step]) -> None:
    known: set[str] = set()
    for number, step in enumerate(steps, 1):
        for unknown in (name for name in _placeholders(step.body) if name not in known):
            raise ScriptInvalid(f"Body {number} refers to {unknown}, which no earlier body defines")
        known |= {PREVIOUS, step.entry_name or PREVIOUS}


def _placeholders(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in _SECRETS:
                yield from _placeholders(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _placeholders(inner)
    elif isinstance(value, str) and value.startswith("$"):
        yield value


def _replace(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: inner if name in _SECRETS else _replace(inner, names) for name, inner in value.items()}
    if isinstance(value, list):
        return [_replace(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value
