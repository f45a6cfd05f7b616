"""The orders and commands that a decision owes, their ids a function of its signal."""

from __future__ import annotations

from decimal import ROUND_UP, Decimal
from typing import Any

from mathematricks.accounting.lots import ZERO
from mathematricks.contracts.base import derive_id
from mathematricks.contracts.orders import OrderCommand, TradingOrder, order_id_for
from mathematricks.contracts.signals import Leg

from cerebro.domain.exits import ExitOrder
from cerebro.domain.inputs import Cancellable, DecisionInputs
from cerebro.domain.intent import Closing
from cerebro.domain.opening import Opened
from cerebro.domain.pricing import limit_price_of, stop_price_of

CENT_OF_A_CENT = Decimal(1).scaleb(-4)


def entry_order(inputs: DecisionInputs, opened: Opened, together: int, after: tuple[str, ...]) -> TradingOrder:
    """
    Return the order of an opening leg, with the limits of its acceptance and its protection.

    Args:
        together: How many legs open together; execution sends all of them or none.
        after: Exits of the same leg: a reversal that overtook them would leave them nothing to reduce.
    """
    leg = opened.part.leg
    account = inputs.book.account or ""
    margin = opened.quantity * opened.priced.unit_margin
    return TradingOrder(
        **_common(inputs, opened.part.leg_index, leg),
        total_legs=together,
        after=after,
        order_id=order_id_for(inputs.signal.signal_id, account, opened.part.leg_index, "entry"),
        account=account,
        purpose="entry",
        side=opened.part.side,
        quantity=opened.quantity,
        asked=opened.part.asked if opened.part.asked is not None else opened.quantity,
        limit_price=limit_price_of(leg),
        stop_price=stop_price_of(leg),
        order_type=leg.order_type,
        worst_price=opened.worst_price,
        valid_until=opened.valid_until,
        stop_loss=leg.stop_loss,
        take_profit=leg.take_profit,
        reserved_margin=margin.quantize(CENT_OF_A_CENT, rounding=ROUND_UP),
    )


def exit_order(inputs: DecisionInputs, part: Closing, order: ExitOrder) -> TradingOrder:
    """Return an order that closes lots; one that rests stays until it is cancelled."""
    purpose = f"exit:{order.renews}" if order.renews else "exit"
    return TradingOrder(
        **_common(inputs, part.leg_index, part.leg),
        order_id=order_id_for(inputs.signal.signal_id, order.account, part.leg_index, purpose),
        account=order.account,
        purpose="exit",
        side=order.side,
        quantity=order.quantity,
        asked=sum((close.asked for close in order.closes), ZERO),
        order_type=order.order_type,
        limit_price=order.limit_price,
        stop_price=order.stop_price,
        time_in_force="DAY" if order.order_type == "MARKET" else "GTC",
        closes=order.closes,
        waits_for=order.waits_for,
        reserved_margin=ZERO,
    )


def cancel_command(inputs: DecisionInputs, order: Cancellable) -> OrderCommand:
    """Return the command that cancels *order*."""
    signal = inputs.signal
    return OrderCommand(
        command_id=derive_id("c", signal.signal_id, order.order_id),
        order_id=order.order_id,
        signal_id=signal.signal_id,
        strategy_id=signal.strategy_id,
        account=order.account,
        given_at=inputs.now,
    )


def _common(inputs: DecisionInputs, leg_index: int, leg: Leg) -> dict[str, Any]:
    signal, ordinal = inputs.signal, inputs.ordinal
    return {
        "signal_id": signal.signal_id,
        "strategy_id": signal.strategy_id,
        "external_id": signal.external_id,
        "portfolio": inputs.book.portfolio,
        "version": ordinal.version,
        "epoch": ordinal.epoch,
        "seq": ordinal.seq,
        "mode": inputs.mode,
        "instrument": leg.instrument,
        "contract": leg.contract,
        "leg_index": leg_index,
        "sent_at": signal.sent_at,
        "received_at": signal.received_at,
        "decided_at": inputs.now,
    }
