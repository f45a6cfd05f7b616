"""Random scripts of orders, cancels and quotes, and how the pure engine plays them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from execution.adapters.paper.engine.steps import cancelled
from execution.ports import BrokerOrder
from mathematricks.contracts.instruments import Instrument, Quote

from support.paper import CRYPTO, FOREX, FUTURE, INSTRUMENTS, NOON, Bench, D, DrivenMarket, an_order

TRADED = list(INSTRUMENTS)
SCALE = {CRYPTO.instrument: D("0.00000001"), FOREX.instrument: D(1000)}
PRICE = {FOREX.instrument: D("0.01"), FUTURE.instrument: D(10), CRYPTO.instrument: D("123.4567")}

GROUPS = (None, None, "g1", "g2")
TYPES = ("MARKET", "MARKET", "LIMIT", "LIMIT", "STOP", "STOP_LIMIT")
LASTING = ("DAY", "GTC", "GTC", "IOC", "FOK")


def a_script(seed: int, among: Sequence[Instrument] = TRADED, groups: Sequence[str | None] = GROUPS) -> list[Any]:
    """
    Return a script of one or two instruments, long enough to fill in parts, to reverse and to run out of margin.

    Made from a seed: drawn value by value, scripts in which partial fills and groups meet are too rare.
    """
    chance = Random(seed)
    some = [chance.choice(among) for _ in range(chance.choice((1, 2)))]

    def price() -> int:
        return chance.randint(96, 104)

    def step() -> tuple[Any, ...]:
        kind = chance.random()
        if kind < 0.05:
            return ("cancel", chance.randint(1, 30))
        if kind < 0.4:
            return ("quote", chance.choice(some), price(), chance.randint(0, 3), chance.choice((None, 0, 20, 90)))
        sides, quantity = ("BUY", "SELL"), chance.choice((chance.randint(1, 300), 100))
        order = (chance.choice(TYPES), price(), price(), chance.choice(LASTING), chance.choice(groups))
        return ("order", chance.choice(some), chance.choice(sides), quantity, *order)

    return [step() for _ in range(chance.randint(10, 60))]


def play(bench: Bench, step: tuple[Any, ...]) -> None:
    """Play one step of a script on the pure engine."""
    match step:
        case ("quote", *_):
            bench.meet(quote(bench.market, *step[1:]))
        case ("order", *_):
            bench.submit_order(order(step, f"o{len(bench.orders) + 1}"))
        case ("cancel", number):
            bench.keep(cancelled(bench.book, f"o{number}", NOON))


def order(step: tuple[Any, ...], client_order_id: str) -> BrokerOrder:
    """Return the order that a step of a script means."""
    _, instrument, side, quantity, kind, limit, stop, lasts, group = step
    unit = PRICE.get(instrument.instrument, D(1))
    return an_order(
        instrument,
        side,
        quantity * SCALE.get(instrument.instrument, D(1)),
        client_order_id=client_order_id,
        order_type=kind,
        limit_price=limit * unit if "LIMIT" in kind else None,
        stop_price=stop * unit if "STOP" in kind else None,
        time_in_force=lasts,
        oco_group=group and f"{group}-{instrument.instrument}-{side}",
    )


def quote(market: DrivenMarket, instrument: Instrument, price: int, spread: int = 0, size: int | None = None) -> Quote:
    """Move the market as a step of a script means, in the instrument's own scale."""
    unit = PRICE.get(instrument.instrument, D(1))
    depth = None if size is None else size * SCALE.get(instrument.instrument, D(1))
    return market.move(instrument, price * unit, (price + spread) * unit, depth)
