"""The outcome of a whole signal in one word, one reason and one sentence that its sender understands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mathematricks.contracts.decisions import LegDecision, Reason
from mathematricks.contracts.decisions import Outcome as Word

from cerebro.domain.inputs import DecisionInputs
from cerebro.domain.opening import Entered
from cerebro.domain.refused import Refused


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is told of a decision. *reason*: why refused, or the cap that bound; None: approved."""

    outcome: Word
    reason: str | None
    sentence: str
    warnings: tuple[str, ...]


Judged = Sequence[tuple[LegDecision, Refused | None]]


def judge(inputs: DecisionInputs, legs: Judged, entered: Entered | Refused | None) -> Verdict:
    """
    Return the verdict on a signal: REFUSED where nothing of it trades, RESIZED where less does than
    was asked, else APPROVED. Rounding to whole lots is no resizing.
    """
    refusals = [refused for _, refused in legs if refused is not None]
    warnings = tuple(_warnings(inputs, legs, entered))
    done = "; ".join(_told(leg) for leg, refused in legs if refused is None)
    if not legs:
        return Verdict("APPROVED", None, "The position is at its target already.", warnings)
    if not done:
        return Verdict("REFUSED", refusals[0].reason, refusals[0].sentence, warnings)
    if refusals:
        return Verdict("RESIZED", refusals[0].reason, f"{done}. Not the rest: {refusals[0].sentence}", warnings)
    if isinstance(entered, Entered) and entered.bound is not None:
        return Verdict("RESIZED", entered.bound.name, f"{done}. Not more: {entered.bound.sentence}.", warnings)
    if excess := next((leg for leg, _ in legs if leg.excess), None):
        said = f"{done}. {_plain(excess.excess)} of it found nothing to close in {excess.instrument}."
        return Verdict("RESIZED", Reason.NO_OPEN_POSITION, said, warnings)
    return Verdict("APPROVED", None, f"{done}.", warnings)


def _told(leg: LegDecision) -> str:
    if leg.intent == "CANCEL":
        return f"Cancel what rests in {leg.instrument}"
    if leg.quantity is None:
        return f"{leg.side} {leg.instrument} to close, once what it waits for has ended"
    purpose = " to close" if leg.intent == "EXIT" else ""
    return f"{leg.side} {_plain(leg.quantity)} {leg.instrument}{purpose}"


def _warnings(inputs: DecisionInputs, legs: Judged, entered: Entered | Refused | None) -> Iterator[str]:
    closes = any(leg.intent == "EXIT" and refused is None for leg, refused in legs)
    if closes and inputs.strategy is not None and inputs.strategy.status == "INACTIVE":
        yield f"{inputs.strategy.strategy_id} is inactive; its exit trades all the same."
    if closes and inputs.now - inputs.signal.sent_at > inputs.policy.max_signal_age:
        yield "The exit is late; it trades all the same."
    if isinstance(entered, Entered) and entered.grounds.expected_alpha is None:
        yield "The strategy's expected alpha is unknown, so the 30 % rule was not applied."
    if isinstance(entered, Entered) and inputs.risk is not None and not inputs.risk.known:
        yield "The strategy's returns are unknown, so the entry was not held to the CVaR limit."


def _plain(units: Decimal) -> str:
    return f"{units.normalize():f}"
