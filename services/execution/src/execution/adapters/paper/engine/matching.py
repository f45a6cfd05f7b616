"""Matching: what one quote gives an order, walking from the far side into the depth behind it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from mathematricks.contracts.base import Side
from mathematricks.contracts.instruments import Instrument, Quote

from execution.adapters.paper.engine.money import ZERO
from execution.adapters.paper.engine.orders import PaperOrder

Piece = tuple[Decimal, Decimal]
"""Quantity and price."""

_BASIS = Decimal(10_000)
_HASH_STEPS = 1 << 32


@dataclass(frozen=True)
class Depth:
    """
    What stands behind the quoted size, which no quote tells: a model, the same on every run.

    Behind the touch come *levels* levels. Each is *step_bps* basis points worse than the one
    before and shows twice its size; the last one takes all that is left. *jitter* (share of the
    step, 0 to 1) makes steps uneven, by *seed* and the order's id.
    """

    step_bps: Decimal = Decimal(1)
    levels: int = 4
    jitter: Decimal = ZERO
    seed: int = 0

    def distance(self, order_id: str, level: int) -> Decimal:
        """Return how far *level* (1 is the first behind the touch) lies from the touch, as a share of its price."""
        step = self.step_bps / _BASIS
        return step * level + (step * self.jitter * self._uneven(order_id, level) if self.jitter else ZERO)

    def _uneven(self, order_id: str, level: int) -> Decimal:
        digest = hashlib.sha256(f"{self.seed}:{order_id}:{level}".encode()).digest()
        return Decimal(int.from_bytes(digest[:4])) / _HASH_STEPS


def triggers(order: PaperOrder, quote: Quote) -> bool:
    """Whether *quote* sets a stop off: a buy stop when the ask reaches it, a sell stop when the bid does."""
    stop = order.stop
    if stop is None:
        return True
    return quote.ask >= stop if order.asked.side == "BUY" else quote.bid <= stop


def far_price(side: Side, instrument: Instrument, quote: Quote | None) -> Decimal | None:
    """
    Return what the other side asks or bids now, on the tick; None where nobody stands there.

    Off the tick it is rounded to the worse side for us. Only futures may cost nothing or less.
    """
    if quote is None:
        return None
    price = on_tick(quote.ask if side == "BUY" else quote.bid, instrument.tick, side)
    return price if price > 0 or instrument.contract.type == "FUTURE" else None


def on_tick(price: Decimal, tick: Decimal, side: Side) -> Decimal:
    """Return *price* on the tick grid: up for a purchase, down for a sale."""
    steps = (price / tick).to_integral_value(ROUND_CEILING if side == "BUY" else ROUND_FLOOR)
    return price if steps * tick == price else steps * tick


def walk(order: PaperOrder, wanted: Decimal, quote: Quote, depth: Depth, gone: Decimal = ZERO) -> list[Piece]:
    """Return what *quote* gives of *wanted* once others took what is *gone*: best price first, within the limit."""
    side, limit = order.asked.side, order.limit
    pieces: list[Piece] = []
    for size, price in _levels(order, quote, depth):
        if size is not None:
            size, gone = max(ZERO, size - gone), max(ZERO, gone - size)
        beyond = limit is not None and (price > limit if side == "BUY" else price < limit)
        if beyond or wanted <= 0:
            break
        taken = wanted if size is None else min(size, wanted)
        if pieces and pieces[-1][1] == price:
            pieces[-1] = (pieces[-1][0] + taken, price)
        elif taken > 0:
            pieces.append((taken, price))
        wanted -= taken
    return pieces


def _levels(order: PaperOrder, quote: Quote, depth: Depth) -> Iterator[tuple[Decimal | None, Decimal]]:
    """Yield size (None: all that is left) and price of each level, from the touch inwards."""
    side, instrument = order.asked.side, order.instrument
    touch = far_price(side, instrument, quote)
    if touch is None:
        return
    shown = quote.ask_size if side == "BUY" else quote.bid_size
    if shown is not None:
        shown = shown // instrument.lot * instrument.lot
    last = shown is None or depth.levels == 0
    yield (None if last else shown), touch
    for level in range(1, 0 if last else depth.levels + 1):
        worse = order.signed * abs(touch) * depth.distance(order.id, level)
        size = None if level == depth.levels else (shown or ZERO) * 2**level
        price = on_tick(touch + worse, instrument.tick, side)
        if price <= 0 < touch:
            return
        yield size, price
