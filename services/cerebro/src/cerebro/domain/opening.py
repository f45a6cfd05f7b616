"""An entry through all its gates: admitted, priced, not slipped, allotted, sized and capped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from mathematricks.accounting.lots import ZERO
from mathematricks.contracts.decisions import Cap, Grounds
from mathematricks.contracts.strategies import Sizing

from cerebro.domain.allotment import Capital, capital_for
from cerebro.domain.caps import CAPS, Allowed, Limits, Sized, apply_caps, shown
from cerebro.domain.gates import Admitted, admit
from cerebro.domain.inputs import DecisionInputs
from cerebro.domain.intent import Opening
from cerebro.domain.pricing import Priced, price_leg
from cerebro.domain.refused import Refused
from cerebro.domain.risk_caps import RISK_CAPS
from cerebro.domain.sizing import ToSize, kind_of, size_entry
from cerebro.domain.slippage import Moved, Slip, judge_slippage, reference_of
from cerebro.domain.tail_risk import History, TailView, view_of


@dataclass(frozen=True, slots=True)
class Opened:
    """
    One leg of an entry that passed every gate.

    Attributes:
        wanted: Units before any cap.
        quantity: Units to order, whole lots.
        worst_price: Market price beyond which it is not to be sent or kept.
        valid_until: Time after which it is not; None: it waits for its market to open.
    """

    part: Opening
    priced: Priced
    wanted: Decimal
    quantity: Decimal
    caps: tuple[Cap, ...]
    worst_price: Decimal | None
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Worth:
    """What an entry may use, what the market left of it, and the returns it is judged by."""

    capital: Capital
    slip: Slip
    history: History | None


class HistoryMissing(LookupError):
    """A decision was to be made without the returns that its inputs name."""


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry that passed. *bound* is the last cap that made it smaller."""

    legs: tuple[Opened, ...]
    bound: Allowed | None
    grounds: Grounds


def judge_entry(
    inputs: DecisionInputs, parts: Sequence[Opening], freed: Decimal = ZERO, history: History | None = None
) -> Entered | Refused:
    """
    Return the opening legs of a signal, sized and shrunk by one common factor, or why none trades.

    Exits never come here: nothing below may hold one back.

    Args:
        freed: Strategy capital that the closing half of the same signal gives back.
        history: The returns that ``inputs.risk`` names.
    """
    admitted = admit(inputs, parts)
    if isinstance(admitted, Refused):
        return admitted
    strategy, standing = admitted.strategy, admitted.standing
    legs = _price(inputs, parts, standing.base_currency)
    if isinstance(legs, Refused):
        return legs
    slip = judge_slippage(
        [_moved(part, one) for part, one in zip(parts, legs, strict=True)],
        inputs.now - inputs.signal.sent_at,
        strategy.expected_alpha,
        inputs.policy,
    )
    if isinstance(slip, Refused):
        return slip
    capital = capital_for(strategy.strategy_id, inputs.allotted, inputs.book.standings, inputs.policy)
    if isinstance(capital, Refused):
        return capital
    worth = Worth(replace(capital, in_use=inputs.book.in_use - freed), slip, history)
    return _size(inputs, admitted, list(zip(parts, legs, strict=True)), worth)


def _price(inputs: DecisionInputs, parts: Sequence[Opening], base_currency: str) -> list[Priced] | Refused:
    legs = []
    for part in parts:
        priced = price_leg(part.leg, part.side, inputs, base_currency)
        if isinstance(priced, Refused):
            return priced
        legs.append(priced)
    return legs


def _moved(part: Opening, priced: Priced) -> Moved:
    weight = (part.asked or Decimal(1)) * priced.unit_notional
    bounded = part.leg.order_type in ("LIMIT", "STOP_LIMIT")
    return Moved(part.side, reference_of(part.leg), priced.far, weight, bounded)


def _size(
    inputs: DecisionInputs,
    admitted: Admitted,
    legs: Sequence[tuple[Opening, Priced]],
    worth: Worth,
) -> Entered | Refused:
    capital, slip = worth.capital, worth.slip
    equity = inputs.signal.account_equity
    to_size = [_to_size(part, priced, kind_of(admitted.strategy.sizing, equity, part.leg)) for part, priced in legs]
    wanted = size_entry(to_size, capital.amount, equity)
    alone = len(legs) == 1
    units = (Decimal(1),) if alone else wanted
    sized = [_sized(inputs, part, priced, one) for (part, priced), one in zip(legs, units, strict=True)]
    sets = wanted[0] if alone else Decimal(1)
    capped = apply_caps(sized, sets, _limits(inputs, admitted, worth, sets), (*CAPS, *RISK_CAPS))
    if isinstance(capped, Refused):
        return capped
    opened = tuple(
        Opened(
            part,
            priced,
            shown(wanted[i]),
            capped.quantities[i],
            capped.caps[i],
            slip.worst[i],
            _valid_until(inputs, part, priced),
        )
        for i, (part, priced) in enumerate(legs)
    )
    return Entered(opened, capped.bound, _grounds(inputs, admitted, capital, to_size[0].kind, slip))


def _limits(inputs: DecisionInputs, admitted: Admitted, worth: Worth, wanted: Decimal) -> Limits:
    capital = worth.capital
    return Limits(
        capital=capital.amount,
        in_use=capital.in_use,
        risk=admitted.strategy.risk_limits,
        standing=admitted.standing,
        standings=inputs.book.standings,
        policy=inputs.policy,
        tail=_tail(inputs, worth, wanted),
    )


def _tail(inputs: DecisionInputs, worth: Worth, wanted: Decimal) -> TailView | None:
    if inputs.risk is None or not inputs.risk.known or worth.capital.equity <= 0:
        return None
    if worth.history is None or worth.history.history_id != inputs.risk.history_id:
        raise HistoryMissing(f"The decision needs the returns {inputs.risk.history_id}.")
    strategy = inputs.signal.strategy_id
    at_work = {**inputs.risk.at_work, strategy: worth.capital.in_use}
    return view_of(worth.history, strategy, at_work, worth.capital.equity, wanted)


def _to_size(part: Opening, priced: Priced, kind: Sizing) -> ToSize:
    """A future is paid for by its margin, everything else by its value."""
    is_future = priced.instrument.contract.type == "FUTURE"
    return ToSize(kind, part.asked, priced.unit_notional, priced.unit_margin if is_future else priced.unit_notional)


def _sized(inputs: DecisionInputs, part: Opening, priced: Priced, units: Decimal) -> Sized:
    return Sized(
        instrument=part.leg.instrument,
        side=part.side,
        units=units,
        lot=priced.instrument.lot,
        unit_notional=priced.unit_notional,
        unit_capital=priced.unit_capital,
        unit_margin=priced.unit_margin,
        held=inputs.holding(part.leg.instrument).units,
    )


def _valid_until(inputs: DecisionInputs, part: Opening, priced: Priced) -> datetime | None:
    """An order that waits for its market to open cannot be held to a minute."""
    return None if priced.closed and part.leg.order_type != "MARKET" else inputs.now + inputs.policy.acceptance


def _grounds(inputs: DecisionInputs, admitted: Admitted, capital: Capital, kind: Sizing, slip: Slip) -> Grounds:
    return Grounds(
        base_currency=admitted.standing.base_currency,
        equity=shown(capital.equity),
        allocation_percent=capital.percent,
        allocation_id=inputs.allotted.allocation_id,
        capital=shown(capital.amount),
        in_use=shown(capital.in_use),
        sizing=kind,
        expected_alpha=admitted.strategy.expected_alpha,
        adverse_move=slip.adverse,
        alpha_lost=slip.lost,
    )
