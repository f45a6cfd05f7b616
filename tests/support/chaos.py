"""A desk through which three signals have walked without a scratch, as chaos sees it: for tests that scratch it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from cerebro.domain.decision import decide, decision_text
from cerebro.domain.inputs import DecisionInputs, inputs_text
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.orders import Attempt, OrderRecord, OrderStatus, TradingOrder
from mathematricks.contracts.paper import PaperFill, PaperOrderRecord
from mathematricks_cli.books import Balance, Figure
from mathematricks_cli.chaos.evidence import Accepted, Decided, Evidence
from mathematricks_cli.chaos.sending import Answered
from mathematricks_cli.chaos.signals import Planned

from support.accounts import an_execution
from support.cerebro import Desk, an_instrument, inputs_for
from support.execution import a_record
from support.signals import NOON, a_signal

D = Decimal
LATER = NOON + timedelta(minutes=1)
"""When everything was filled: after the last decision."""


def a_whole_desk() -> Evidence:
    """What is left of an entry, more of it, and an exit of all, each filled at once."""
    desk = Desk()
    signals = [
        a_signal(external_id="in", strategy_seq=1),
        a_signal(external_id="more", strategy_seq=2),
        a_signal(external_id="out", strategy_seq=3, signal_type="EXIT", action="SELL", quantity=None),
    ]
    decisions = []
    for signal in signals:
        inputs = inputs_for(signal, desk.book)
        decisions.append(decided_by(inputs))
        desk.send(**signal.__dict__)
    orders = [order for each in decisions for order in each.decision.orders]
    return Evidence(
        answers=[answered(signal.external_id, signal.signal_id) for signal in signals],
        signals=[Accepted(one.signal_id, one.external_id, one.strategy_id, one.strategy_seq) for one in signals],
        decisions=decisions,
        orders={order.order_id: done(order) for order in orders},
        executions=[a_fill(order, number) for number, order in enumerate(orders, 1)],
        venue_orders=[at_venue(order, number) for number, order in enumerate(orders, 1)],
        debts={"orders": 0},
        balance=Balance((Figure("paper", "position AAPL", {"venue": D(0), "state": D(0)}),), ()),
    )


def decided_by(inputs: DecisionInputs) -> Decided:
    """The decision that *inputs* lead to, as it is recorded."""
    return Decided.read(inputs_text(inputs), decision_text(decide(inputs)))


def answered(name: str, *signal_ids: str, refusal: str = "") -> Answered:
    """What the front door said to the signal *name*."""
    return Answered(Planned("Trend", name, {}, "entry", "mac"), signal_ids, refusal)


def done(order: TradingOrder, **but: Any) -> OrderRecord:
    """*order*, filled by its first attempt."""
    usual = {
        "status": OrderStatus.FILLED,
        "live": False,
        "filled": order.quantity,
        "ended_at": LATER,
        "attempts": (an_attempt(order),),
    }
    return a_record(order, **usual | but)


def an_attempt(order: TradingOrder, number: int = 1, **but: Any) -> Attempt:
    """An attempt at *order* that was filled; each begins when the one before it has ended."""
    begun = LATER + timedelta(seconds=number)
    usual = {
        "number": number,
        "client_order_id": f"{order.order_id}.{number}",
        "quantity": order.quantity,
        "begun_at": begun,
        "ended_at": begun + timedelta(milliseconds=1),
        "outcome": "FILLED",
    }
    return Attempt(**usual | but)


def a_fill(order: TradingOrder, number: int, **but: Any) -> Execution:
    """The venue's fill *number*: all of *order*."""
    usual = {
        "execution_id": f"f{number}",
        "order_id": order.order_id,
        "signal_id": order.signal_id,
        "strategy_id": order.strategy_id,
        "account": order.account,
        "purpose": order.purpose,
        "side": order.side,
        "quantity": order.quantity,
        "venue_seq": number,
    }
    return an_execution(**usual | but)


def at_venue(order: TradingOrder, number: int, **but: Any) -> PaperOrderRecord:
    """*order* as its venue keeps it, filled by the fill *number*."""
    units = order.quantity or D(0)
    fill = PaperFill(
        execution_id=f"f{number}", quantity=units, price=D(150), commission=D(0), executed_at=LATER, venue_seq=number
    )
    usual = {
        "account": order.account,
        "client_order_id": f"{order.order_id}.1",
        "number": number,
        "instrument": an_instrument("AAPL"),
        "side": order.side,
        "quantity": units,
        "order_type": "MARKET",
        "time_in_force": "DAY",
        "status": "FILLED",
        "filled": units,
        "fills": (fill,),
        "accepted_at": LATER,
        "version": 1,
    }
    return PaperOrderRecord(**usual | but)


def replaced(items: Sequence[Any], place: int, item: Any) -> list[Any]:
    """*items* with another *item* in one *place*."""
    return [item if here == place else one for here, one in enumerate(items)]
