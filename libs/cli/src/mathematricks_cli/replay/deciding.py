"""Deciding again what was decided: from the recorded inputs, with the code as it is now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
from cerebro.domain.decision import decide, decision_text
from cerebro.domain.inputs import DecisionInputs, inputs_from
from cerebro.domain.policy import Policy
from cerebro.domain.tail_risk import History

from mathematricks_cli.faults import OperatorFault

_EFFECT = re.compile(
    r"(outcome|reason|orders|commands|tombstones)\b|legs\[\d+\]\.(quantity|intent|side|refused|closes)\b"
)


@dataclass(frozen=True)
class Recorded:
    """A decision as it stands in the records: its id, the text of its inputs and of its output."""

    decision_id: str
    inputs: str
    output: str


@dataclass(frozen=True)
class Difference:
    """One field that would be decided otherwise now; None where it would not be there."""

    field: str
    recorded: Any
    now: Any


@dataclass(frozen=True)
class Verified:
    """A decision decided again: every difference, or why it could not be decided."""

    decision_id: str
    differences: tuple[Difference, ...] = ()
    failure: str | None = None

    @property
    def same(self) -> bool:
        """Whether it is the same to the last byte."""
        return not self.differences and self.failure is None


def verify(
    recorded: Sequence[Recorded], histories: Mapping[str, History], changed: Mapping[str, str]
) -> list[Verified]:
    """
    Decide each of *recorded* again, and return what differs.

    With limits in *changed*, it is decided under its own policy with those replaced, and only effects are compared.
    """
    return [_verified(one, histories, changed) for one in recorded]


def differences(recorded: str, now: str) -> tuple[Difference, ...]:
    """Return every field, by its path, in which two canonical decisions differ; none where their bytes are equal."""
    if recorded == now:
        return ()
    before, after = dict(_leaves("", orjson.loads(recorded))), dict(_leaves("", orjson.loads(now)))
    paths = [*before, *(path for path in after if path not in before)]
    found = tuple(
        Difference(path, before.get(path), after.get(path)) for path in paths if before.get(path) != after.get(path)
    )
    return found or (Difference("(the text itself)", recorded, now),)


def is_effect(difference: Difference) -> bool:
    """
    Whether the field is what a decision does, rather than what it shows of its reckoning.

    Under another limit every decision shows that limit; few do anything else.
    """
    return _EFFECT.match(difference.field) is not None


def policy_with(policy: Policy, changed: Mapping[str, str]) -> Policy:
    """
    Return *policy* with some limits replaced; durations are given in seconds.

    Raises:
        OperatorFault: there is no such limit, or it is no such number.
    """
    known = {field.name: getattr(policy, field.name) for field in fields(policy)}
    for name in changed:
        if name not in known:
            raise OperatorFault(f"There is no limit {name!r}; there are {', '.join(sorted(known))}")
    limits: dict[str, Any] = {name: _as(known[name], name, text) for name, text in changed.items()}
    return replace(policy, **limits)


def _verified(recorded: Recorded, histories: Mapping[str, History], changed: Mapping[str, str]) -> Verified:
    try:
        now = decision_text(_decided(inputs_from(recorded.inputs), histories, changed))
    except Exception as failure:
        return Verified(recorded.decision_id, failure=f"{type(failure).__name__}: {failure}"[:500])
    found = differences(recorded.output, now)
    return Verified(recorded.decision_id, tuple(filter(is_effect, found)) if changed else found)


def _decided(inputs: DecisionInputs, histories: Mapping[str, History], changed: Mapping[str, str]) -> Any:
    if changed:
        inputs = replace(inputs, policy=policy_with(inputs.policy, changed))
    return decide(inputs, histories.get(inputs.risk.history_id) if inputs.risk else None)


def _leaves(path: str, tree: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, dict) and tree:
        for name, branch in tree.items():
            yield from _leaves(f"{path}.{name}" if path else name, branch)
    elif isinstance(tree, list) and tree:
        for place, branch in enumerate(tree):
            yield from _leaves(f"{path}[{place}]", branch)
    else:
        yield path, tree


def _as(known: object, name: str, text: str) -> object:
    try:
        if isinstance(known, bool):
            return {"true": True, "false": False}[text.lower()]
        return timedelta(seconds=float(text)) if isinstance(known, timedelta) else Decimal(text)
    except (KeyError, ValueError, InvalidOperation) as wrong:
        raise OperatorFault(f"{name}={text} is no {type(known).__name__}") from wrong
