"""One decision, from everything it reads to everything it owes. Exits first: nothing may hold them back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TypeVar

from mathematricks.accounting.lots import ZERO
from mathematricks.contracts.decisions import Decision, LegDecision, Reason, Tombstone
from mathematricks.contracts.orders import OrderCommand, TradingOrder
from pydantic import TypeAdapter, ValidationError

from cerebro.domain.exits import ExitPlan, after_exit, plan_exit
from cerebro.domain.inputs import DecisionInputs, Holding, canonical, inputs_from
from cerebro.domain.intent import Cancelling, Closing, Opening, understand
from cerebro.domain.opening import Entered, Opened, judge_entry
from cerebro.domain.orders import cancel_command, entry_order, exit_order
from cerebro.domain.refused import Refused
from cerebro.domain.tail_risk import History
from cerebro.domain.verdict import Verdict, judge

T = TypeVar("T")
_DECISION = TypeAdapter(Decision)
UNDECIDABLE = Verdict(
    outcome="REFUSED",
    reason=Reason.UNDECIDABLE,
    sentence="The desk failed over this signal, a fault of its own; its admin has been told. Nothing of it was traded.",
    warnings=(),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one part of the signal, and what it owes."""

    leg: LegDecision
    orders: tuple[TradingOrder, ...] = ()
    commands: tuple[OrderCommand, ...] = ()
    refused: Refused | None = None
    freed: Decimal = ZERO
    warnings: tuple[str, ...] = ()


def decide(inputs: DecisionInputs, history: History | None = None) -> Decision:
    """
    Return what to do about one signal. The same inputs give the same decision, byte for byte.

    Each leg is understood against what the strategy holds. What closes is planned at once; what
    opens is gathered and passes every gate together, so that its legs shrink by one factor.

    Args:
        history: The returns that ``inputs.risk`` names; raise ``HistoryMissing`` where it needs others.
    """
    if inputs.failed is not None:
        return _compose(inputs, [], None, UNDECIDABLE)
    closed, openings = _close(inputs)
    freed = sum((outcome.freed for outcome in closed), ZERO)
    entered = _or_refuse(lambda: judge_entry(inputs, openings, freed, history)) if openings else None
    opened = _open(inputs, openings, entered, closed) if entered is not None else []
    outcomes = sorted([*closed, *opened], key=lambda outcome: outcome.leg.leg_index)
    verdict = judge(inputs, [(outcome.leg, outcome.refused) for outcome in outcomes], entered)
    return _compose(inputs, outcomes, entered, verdict)


def decision_text(decision: Decision) -> str:
    """Return the canonical text of *decision*."""
    return canonical(_DECISION, decision)


def redecide(inputs_text: str, history: History | None = None) -> str:
    """Return the canonical decision that the stored inputs lead to: the stored output, byte for byte."""
    return decision_text(decide(inputs_from(inputs_text), history))


def _or_refuse(judgement: Callable[[], T | Refused]) -> T | Refused:
    """Numbers too absurd to reckon with refuse their part of the signal; the strategy goes on."""
    try:
        return judgement()
    except (ArithmeticError, ValidationError):
        return Refused(Reason.INVALID_PRICE, "Its numbers are beyond what can be sized.")


def _close(inputs: DecisionInputs) -> tuple[list[Outcome], list[Opening]]:
    """Plan what closes and cancels, leg after leg; return what is left to open."""
    outcomes: list[Outcome] = []
    openings: list[Opening] = []
    holdings = dict(inputs.book.holdings)
    sizing = inputs.strategy.sizing if inputs.strategy else None
    for index, leg in enumerate(inputs.signal.legs):
        holding = holdings.get(leg.instrument, Holding())
        for part in understand(index, leg, inputs.signal, holding, sizing):
            if isinstance(part, Opening):
                openings.append(part)
            elif isinstance(part, Cancelling):
                outcomes.append(_cancelled(inputs, part, holding))
            else:
                plan = _or_refuse(partial(plan_exit, part, holding))
                outcomes.append(_exited(inputs, part, plan))
                if isinstance(plan, ExitPlan):
                    holdings[leg.instrument] = after_exit(holding, plan)
    return outcomes, openings


def _cancelled(inputs: DecisionInputs, part: Cancelling, holding: Holding) -> Outcome:
    reference = inputs.signal.entry_ref
    meant = [
        order for order in holding.cancellable if reference is None or reference in (order.signal_id, order.external_id)
    ]
    leg = LegDecision(
        leg_index=part.leg_index,
        instrument=part.leg.instrument,
        intent="CANCEL",
        side=part.leg.action,
    )
    return Outcome(leg, commands=tuple(cancel_command(inputs, order) for order in meant))


def _exited(inputs: DecisionInputs, part: Closing, plan: ExitPlan | Refused) -> Outcome:
    leg = LegDecision(
        leg_index=part.leg_index,
        instrument=part.leg.instrument,
        intent="EXIT",
        side=part.leg.action,
        asked=part.asked,
    )
    if isinstance(plan, Refused):
        unknown = Refused(Reason.STRATEGY_UNKNOWN, "The desk knows no strategy of this name.")
        refused = plan if inputs.strategy is not None else unknown
        return Outcome(leg.model_copy(update={"refused": refused.reason}), refused=refused)
    orders = tuple(exit_order(inputs, part, order) for order in plan.orders)
    too_small = None
    if not orders:
        too_small = Refused(Reason.TOO_SMALL, "It is less than the smallest step; the last exit will take it along.")
    direct = [order.quantity for order in plan.orders if order.renews is None]
    quantity = None if not direct or None in direct else sum((one or ZERO for one in direct), ZERO)
    planned = {
        "side": plan.side,
        "quantity": quantity,
        "closes": plan.closes,
        "supersedes": plan.supersedes,
        "excess": plan.excess,
        "refused": too_small.reason if too_small else None,
    }
    return Outcome(leg.model_copy(update=planned), orders, refused=too_small, freed=plan.freed, warnings=plan.warnings)


def _open(
    inputs: DecisionInputs, parts: Sequence[Opening], entered: Entered | Refused, closed: Sequence[Outcome]
) -> list[Outcome]:
    if isinstance(entered, Refused):
        return [_not_opened(part, entered) for part in parts]
    together = len(entered.legs)
    return [_opened(inputs, one, together, _ahead_of(inputs, one.part, closed)) for one in entered.legs]


def _ahead_of(inputs: DecisionInputs, part: Opening, closed: Sequence[Outcome]) -> tuple[str, ...]:
    """
    Return the exits that the entry may not overtake: of its own leg, and those on their way to its side.

    The account holds one net position: an entry filled first would leave such an exit nothing to reduce.
    """
    own = (order for outcome in closed for order in outcome.orders if outcome.leg.leg_index == part.leg_index)
    closing = [order.order_id for order in own if order.order_type == "MARKET"]
    return (*closing, *inputs.holding(part.leg.instrument).leaving.get(part.side, ()))


def _not_opened(part: Opening, refused: Refused) -> Outcome:
    leg = LegDecision(
        leg_index=part.leg_index,
        instrument=part.leg.instrument,
        intent="SCALE_IN" if part.adds else "ENTRY",
        side=part.side,
        asked=part.asked,
        refused=refused.reason,
    )
    return Outcome(leg, refused=refused)


def _opened(inputs: DecisionInputs, opened: Opened, together: int, after: tuple[str, ...]) -> Outcome:
    order = entry_order(inputs, opened, together, after)
    leg = LegDecision(
        leg_index=opened.part.leg_index,
        instrument=opened.part.leg.instrument,
        intent="SCALE_IN" if opened.part.adds else "ENTRY",
        side=opened.part.side,
        asked=opened.part.asked,
        wanted=opened.wanted,
        quantity=opened.quantity,
        price=opened.priced.price,
        caps=opened.caps,
        lot_step=opened.priced.instrument.lot,
        capital_per_unit=opened.priced.unit_capital,
    )
    return Outcome(leg, (order,))


def _compose(
    inputs: DecisionInputs, outcomes: Sequence[Outcome], entered: Entered | Refused | None, verdict: Verdict
) -> Decision:
    signal, ordinal, book = inputs.signal, inputs.ordinal, inputs.book
    orders = tuple(order for outcome in outcomes for order in outcome.orders)
    commands = tuple(command for outcome in outcomes for command in outcome.commands)
    return Decision(
        version=ordinal.version,
        code_version=ordinal.code_version,
        portfolio=book.portfolio,
        seq=ordinal.seq,
        epoch=ordinal.epoch,
        signal_id=signal.signal_id,
        strategy_id=signal.strategy_id,
        strategy_seq=signal.strategy_seq,
        external_id=signal.external_id,
        mode=inputs.mode,
        account=book.account,
        outcome=verdict.outcome,
        reason=verdict.reason,
        sentence=verdict.sentence,
        warnings=(*verdict.warnings, *(said for outcome in outcomes for said in outcome.warnings)),
        legs=tuple(outcome.leg for outcome in outcomes),
        grounds=entered.grounds if isinstance(entered, Entered) else None,
        orders=() if ordinal.shadow else orders,
        commands=() if ordinal.shadow else commands,
        would_order=orders if ordinal.shadow else (),
        tombstones=tuple(_tombstones(inputs)),
        sent_at=signal.sent_at,
        received_at=signal.received_at,
        decided_at=inputs.now,
    )


def _tombstones(inputs: DecisionInputs) -> list[Tombstone]:
    """A CANCEL also meets the entries that were sent before it and arrive after it."""
    signal = inputs.signal
    if signal.signal_type != "CANCEL":
        return []
    instruments = dict.fromkeys(leg.instrument for leg in signal.legs)
    return [
        Tombstone(strategy_id=signal.strategy_id, instrument=one, reference=signal.entry_ref, sent_at=signal.sent_at)
        for one in instruments
    ]
