"""Stories that signals tell: each opens something, and ends with nothing held and nothing working."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

EQUITY = 1_000_000
"""Of the sender, whom the quantities are meant for."""


@dataclass(frozen=True)
class Instrument:
    """Something to trade: its name and type, the price senders see, and a usual quantity."""

    symbol: str
    kind: str
    price: float
    quantity: float
    shortable: bool = True


@dataclass(frozen=True)
class Line:
    """
    One signal of a story.

    Attributes:
        says: What it does, in one word.
        body: As it is sent, but for name, time and secret; the entry that it names is its place in the story.
        names: Place in the story of the entry it names.
        hurried: It follows at once, and so overtakes what the one before it has begun.
    """

    says: str
    body: Mapping[str, Any]
    names: int | None = None
    hurried: bool = False


@dataclass(frozen=True)
class Scene:
    """Where a story plays: the instruments of one strategy, and chance."""

    instruments: Sequence[Instrument]
    dice: random.Random = field(compare=False)

    def one(self) -> Instrument:
        """Return any of the instruments."""
        return self.dice.choice(self.instruments)

    def quantity(self, instrument: Instrument) -> float:
        """Return a quantity of the usual size, more or less."""
        return round(instrument.quantity * self.dice.uniform(0.3, 2.0), 2 if instrument.quantity < 10 else 0) or 1


Story = Callable[[Scene], list[Line]]


def leg(instrument: Instrument, action: str, quantity: float | None = None, **more: Any) -> dict[str, Any]:
    """Return a leg; without a quantity it closes all."""
    told: dict[str, Any] = {"instrument": instrument.symbol, "instrument_type": instrument.kind, "action": action}
    told |= {"order_type": "MARKET", "price": instrument.price} | more
    return told if quantity is None else told | {"quantity": quantity}


def body(*legs: Mapping[str, Any], kind: str | None = None) -> dict[str, Any]:
    """Return the body of a signal of *legs*; without a *kind* the desk infers what is meant."""
    told = {"signal_legs": [dict(each) for each in legs], "account_equity": EQUITY}
    return told if kind is None else told | {"signal_type": kind}


def round_trip(scene: Scene) -> list[Line]:
    """In and out again."""
    where, (side, back) = _way(scene)
    units = scene.quantity(where)
    entry = Line("entry", body(leg(where, side, units), kind="ENTRY"))
    return [entry, Line("exit", body(leg(where, back, units), kind="EXIT"), names=0)]


def overtaking(scene: Scene) -> list[Line]:
    """Out before the way in is over."""
    entry, leaving = round_trip(scene)
    return [entry, Line("overtaking exit", leaving.body, names=0, hurried=True)]


def scaling(scene: Scene) -> list[Line]:
    """In, more of it twice, and all of it out."""
    where, (side, _) = _way(scene)
    first = Line("entry", body(leg(where, side, scene.quantity(where)), kind="ENTRY"))
    more = Line("scale-in", body(leg(where, side, scene.quantity(where))))
    again = Line("scale-in", body(leg(where, side, scene.quantity(where)), kind="SCALE_IN"))
    return [first, more, again, _all_out(where, side)]


def parting(scene: Scene) -> list[Line]:
    """In, a part of it out, the rest out."""
    where, (side, back) = _way(scene)
    units = scene.quantity(where) + 3
    entry = Line("entry", body(leg(where, side, units), kind="ENTRY"))
    part = Line("partial exit", body(leg(where, back, round(units / 3, 2)), kind="SCALE_OUT"), names=0)
    return [entry, part, _all_out(where, side)]


def reversing(scene: Scene) -> list[Line]:
    """In, through zero to the other side, and out."""
    where = scene.dice.choice([each for each in scene.instruments if each.shortable])
    units = scene.quantity(where)
    side, back = scene.dice.choice((("BUY", "SELL"), ("SELL", "BUY")))
    entry = Line("entry", body(leg(where, side, units), kind="ENTRY"))
    return [entry, Line("reversal", body(leg(where, back, round(units * 2.5, 2)))), _all_out(where, back)]


def pairing(scene: Scene) -> list[Line]:
    """Two instruments against each other, and out of both."""
    long, short = scene.dice.sample([each for each in scene.instruments if each.shortable], 2)
    first, second = scene.quantity(long), scene.quantity(short)
    entry = body(leg(long, "BUY", first), leg(short, "SELL", second), kind="ENTRY")
    leaving = body(leg(long, "SELL", first), leg(short, "BUY", second), kind="EXIT")
    return [Line("pair", entry), Line("pair exit", leaving, names=0, hurried=scene.dice.random() < 0.3)]


def resting(scene: Scene) -> list[Line]:
    """An order far from the market, called off."""
    where = scene.one()
    away = round(where.price / 2, 4)
    entry = body(leg(where, "BUY", scene.quantity(where), order_type="LIMIT", price=away), kind="ENTRY")
    calling_off = body(leg(where, "SELL", 1), kind="CANCEL")
    hurried = scene.dice.random() < 0.4
    return [Line("limit entry", entry), Line("cancel", calling_off, names=0, hurried=hurried)]


def guarding(scene: Scene) -> list[Line]:
    """In with a stop-loss and a target, and out before either is met."""
    where, (side, _) = _way(scene)
    low, high = round(where.price / 2, 4), round(where.price * 2, 4)
    stop, target = (low, high) if side == "BUY" else (high, low)
    entry = body(leg(where, side, scene.quantity(where), stop_loss=stop, take_profit=target), kind="ENTRY")
    return [Line("protected entry", entry), _all_out(where, side)]


def stopping(scene: Scene) -> list[Line]:
    """In, a stop for all of it, and out before it is met."""
    where = scene.dice.choice([each for each in scene.instruments if each.kind == "STOCK"])
    entry = Line("entry", body(leg(where, "BUY", scene.quantity(where)), kind="ENTRY"))
    trigger = f"if {where.symbol} < {where.price / 2:.2f}"
    stop = {"signal": {"trigger": trigger, "action": "SELL_ALL", "stop_loss": True}, "account_equity": EQUITY}
    return [entry, Line("stop", stop), _all_out(where, "BUY")]


def greedy(scene: Scene) -> list[Line]:
    """More than the desk's margin bears, and out of what there was of it."""
    where, (side, _) = _way(scene)
    everything = round(EQUITY / where.price * 0.98, 2)
    return [Line("large entry", body(leg(where, side, everything), kind="ENTRY")), _all_out(where, side)]


def straying(scene: Scene) -> list[Line]:
    """Out of nothing."""
    where = scene.one()
    return [Line("stray exit", body(leg(where, "SELL_ALL"), kind="EXIT"))]


USUAL: tuple[tuple[Story, int], ...] = (
    (round_trip, 5),
    (overtaking, 5),
    (scaling, 3),
    (parting, 3),
    (reversing, 4),
    (pairing, 4),
    (resting, 3),
    (guarding, 3),
    (stopping, 2),
    (greedy, 2),
    (straying, 1),
)
"""Every story, and how often it is told in comparison with the others."""


def _way(scene: Scene) -> tuple[Instrument, tuple[str, str]]:
    where = scene.one()
    ways = [("BUY", "SELL"), ("SELL", "BUY")] if where.shortable else [("BUY", "SELL")]
    return where, scene.dice.choice(ways)


def _all_out(where: Instrument, side: str) -> Line:
    return Line("exit of all", body(leg(where, "SELL_ALL" if side == "BUY" else "BUY_ALL"), kind="EXIT"))
