"""Margin, computed again from what each decision says that it saw: was any of it spent twice?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from cerebro.domain.decision import redecide
from cerebro.domain.inputs import DecisionInputs, Standing, inputs_from
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.orders import OrderRecord, TradingOrder

from mathematricks_cli.chaos.evidence import Breach, Decided

ZERO = Decimal(0)
CENT = Decimal("0.01")
Became = tuple[Mapping[str, OrderRecord], Mapping[str, Execution]]
"""What became of orders: their records, and their last fills."""


def overspent(
    decisions: Sequence[Decided], orders: Mapping[str, OrderRecord], last_fills: Mapping[str, Execution]
) -> Iterator[Breach]:
    """
    Yield the entries decided while less margin was held than the entries before them still needed.

    An earlier entry's margin is held until its order has ended and the account was seen after its last
    fill was recorded. What was held, and the limit, stand in the decision's own inputs.
    """
    open_entries: dict[str, list[TradingOrder]] = {}
    for each in sorted(decisions, key=lambda one: one.decision.seq):
        entries = [order for order in each.decision.orders if order.purpose == "entry"]
        if entries:
            inputs = inputs_from(each.inputs)
            for standing in inputs.book.standings:
                needed = open_entries.setdefault(standing.account, [])
                needed[:] = [one for one in needed if _holds(one, (orders, last_fills), standing, inputs.now)]
                yield from _too_little(each, standing, needed)
            yield from _beyond_the_limit(each, inputs, entries)
        for order in entries:
            open_entries.setdefault(order.account, []).append(order)


def undecidable(decisions: Sequence[Decided]) -> Iterator[Breach]:
    """Yield the decisions that their recorded inputs do not lead to again, byte for byte."""
    for each in decisions:
        if inputs_from(each.inputs).risk is not None:
            continue  # it also read returns, which are kept elsewhere; `replay verify` reads them too
        if redecide(each.inputs) != each.output:
            yield Breach(
                "unexplained", f"decision {each.decision.seq} on {each.decision.external_id} comes out otherwise"
            )


def _holds(entry: TradingOrder, became: Became, seen: Standing, now: datetime) -> bool:
    """Whether an earlier entry surely still needed its margin, when the account was known as *seen*."""
    order, last_fill = became[0].get(entry.order_id), became[1].get(entry.order_id)
    if order is None or order.ended_at is None or order.ended_at > now:
        return True
    return last_fill is not None and last_fill.recorded_at >= seen.as_of


def _too_little(each: Decided, standing: Standing, needed: Sequence[TradingOrder]) -> Iterator[Breach]:
    held = sum((order.reserved_margin for order in needed), ZERO)
    if standing.reserved + CENT < held:
        names = ", ".join(order.order_id for order in needed[:3])
        said = f"saw {standing.reserved:f} of margin held on {standing.account}, and {names} … held {held:f}"
        yield Breach("doubled", f"decision {each.decision.seq} on {each.decision.external_id} {said}")


def _beyond_the_limit(each: Decided, inputs: DecisionInputs, entries: Sequence[TradingOrder]) -> Iterator[Breach]:
    own = sum((order.reserved_margin for order in entries), ZERO)
    limit = inputs.policy.margin_limit
    for standing in inputs.book.standings:
        if standing.account != inputs.book.account:
            continue
        use = standing.initial_margin + standing.reserved + own
        if use > limit * standing.equity + CENT:
            said = f"ties up {use:f} of {standing.account}'s {standing.equity:f}, more than {limit:.0%}"
            yield Breach("doubled", f"decision {each.decision.seq} on {each.decision.external_id} {said}")
