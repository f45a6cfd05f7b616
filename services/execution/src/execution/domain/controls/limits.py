"""Limits before the trade (SEC 15c3-5, FIA): each refusal a value with its numbers. Entries only (RULES 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from mathematricks.contracts.base import Side
from mathematricks.contracts.controls import Controls, Limits, Scope
from mathematricks.contracts.instruments import Instrument, Quote
from mathematricks.contracts.orders import TradingOrder

ZERO = Decimal(0)


@dataclass(frozen=True)
class Breach:
    """A limit that an entry would exceed: which one, whose, and the numbers."""

    control: str
    scope: Scope
    said: str
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The refusal as a receipt shows it."""
        return f"{self.control}: {self.said} ({self.scope})"


@dataclass(frozen=True)
class Asked:
    """
    An entry as limits see it.

    Attributes:
        quantity: Units of this attempt.
        price: What one unit may cost at worst, as far as is known: its limit, else the far side of the quote.
        worth: Value of one unit at that price in the account's base currency; None: no price or no rate.
        middle: The middle of the quote; None: nobody quotes it.
    """

    instrument: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal | None
    worth: Decimal | None
    middle: Decimal | None


@dataclass(frozen=True)
class Around:
    """
    How one scope stands when the entry is about to go.

    Attributes:
        position: Signed units of the instrument held and ordered by entries, without this one.
        sent: Orders sent within the last second.
        repeats: Times that the same was ordered within the window.
        lost_today: Lost since the day began, base currency; None: not known.
    """

    position: Decimal = ZERO
    sent: int = 0
    repeats: int = 0
    lost_today: Decimal | None = None


def asked_of(order: TradingOrder, quantity: Decimal, known: tuple[Instrument, Quote | None, Decimal | None]) -> Asked:
    """Return *order* as limits see it; *known* is its instrument, its quote and its currency's rate to the base."""
    instrument, quote, rate = known
    far = (quote.ask if order.side == "BUY" else quote.bid) if quote is not None else None
    price = order.limit_price if order.order_type in ("LIMIT", "STOP_LIMIT") else order.stop_price or far
    price = price if price is not None else far
    worth = abs(price) * instrument.multiplier * rate if price is not None and rate is not None else None
    middle = quote.mid if quote is not None else None
    return Asked(order.instrument, order.contract.symbol, order.side, quantity, price, worth, middle)


def applying(controls: Controls, order: TradingOrder) -> list[tuple[Scope, Limits]]:
    """Return the limits that bear on *order*, the narrowest scope last."""
    return [
        (each.scope, each.limits)
        for each in controls.limits
        if each.scope.covers(order.account, order.strategy_id) and each.limits != NO_LIMITS
    ]


def longest_window(controls: Controls) -> timedelta | None:
    """Return how far back repeats are counted anywhere; None where nobody limits them."""
    windows = [each.limits.repeat_window for each in controls.limits if each.limits.max_repeats is not None]
    return timedelta(seconds=max(windows)) if windows else None


NO_LIMITS = Limits()


def refuse_entry(
    asked: Asked, limits: Iterable[tuple[Scope, Limits]], around: Callable[[Scope, Limits], Around]
) -> Breach | None:
    """Return the first limit that the entry would exceed; None: it may go. *around* measures one scope."""
    for scope, each in limits:
        for breach in _breaches(asked, scope, each, around(scope, each)):
            return breach
    return None


def _breaches(asked: Asked, scope: Scope, limits: Limits, around: Around) -> Iterator[Breach]:
    if not {asked.instrument, asked.symbol, asked.symbol.partition("/")[0]}.isdisjoint(limits.restricted):
        yield Breach("CONTROL_RESTRICTED", scope, f"{asked.instrument} may not be opened")
    if limits.max_daily_loss is not None:
        yield from _daily_loss(scope, limits.max_daily_loss, around.lost_today)
    if limits.max_order_quantity is not None and asked.quantity > limits.max_order_quantity:
        yield _exceeds("CONTROL_MAX_QUANTITY", scope, "units of one order", asked.quantity, limits.max_order_quantity)
    yield from _values(asked, scope, limits, around)
    if limits.price_collar is not None:
        yield from _collar(asked, scope, limits.price_collar)
    if limits.max_orders_per_second is not None and around.sent >= limits.max_orders_per_second:
        rate = Decimal(around.sent + 1), Decimal(limits.max_orders_per_second)
        yield _exceeds("CONTROL_ORDER_RATE", scope, "orders within a second", *rate)
    if limits.max_repeats is not None and around.repeats >= limits.max_repeats:
        what = f"times the same order within {limits.repeat_window} s"
        yield _exceeds("CONTROL_REPEATED", scope, what, Decimal(around.repeats + 1), Decimal(limits.max_repeats))


def _daily_loss(scope: Scope, most: Decimal, lost: Decimal | None) -> Iterator[Breach]:
    if lost is None:
        yield Breach("CONTROL_DAILY_LOSS", scope, "what was made today is not known", {"limit": f"{most:f}"})
    elif lost >= most:
        facts = {"asked": f"{lost:f}", "limit": f"{most:f}"}
        yield Breach("CONTROL_DAILY_LOSS", scope, f"{lost:,f} was lost today; {most:,f} a day is allowed", facts)


def _values(asked: Asked, scope: Scope, limits: Limits, around: Around) -> Iterator[Breach]:
    """Limits of value need a price; without one nobody can say that they hold."""
    if limits.max_order_notional is None and limits.max_position is None:
        return
    if asked.worth is None:
        yield Breach("CONTROL_NO_PRICE", scope, f"{asked.instrument} has no price to hold a limit of value against")
        return
    notional = asked.quantity * asked.worth
    if limits.max_order_notional is not None and notional > limits.max_order_notional:
        yield _exceeds("CONTROL_MAX_NOTIONAL", scope, "value of one order", notional, limits.max_order_notional)
    if limits.max_position is not None:
        after = around.position + (asked.quantity if asked.side == "BUY" else -asked.quantity)
        value = abs(after) * asked.worth
        if value > limits.max_position and abs(after) > abs(around.position):
            yield _exceeds("CONTROL_MAX_POSITION", scope, "value of the position", value, limits.max_position)


def _collar(asked: Asked, scope: Scope, most: Decimal) -> Iterator[Breach]:
    """A price better than the market's middle harms nobody; one far beyond it is a slip."""
    if asked.price is None or asked.middle is None or asked.middle == 0:
        said = f"{asked.instrument} has no quote to hold the price against"
        yield Breach("CONTROL_PRICE_COLLAR", scope, said, {"limit": f"{most:f}"})
        return
    beyond = asked.price - asked.middle if asked.side == "BUY" else asked.middle - asked.price
    share = beyond / abs(asked.middle)
    if share > most:
        facts = {"price": f"{asked.price:f}", "middle": f"{asked.middle:f}", "beyond": f"{share:.6f}"}
        said = f"{asked.price} is {share:.2%} beyond the middle of the quote, {asked.middle}; {most:.2%} is allowed"
        yield Breach("CONTROL_PRICE_COLLAR", scope, said, facts | {"limit": f"{most:f}"})


def _exceeds(control: str, scope: Scope, what: str, asked: Decimal, most: Decimal) -> Breach:
    facts = {"asked": f"{asked:f}", "limit": f"{most:f}"}
    return Breach(control, scope, f"{asked:,f} {what}, where {most:,f} is allowed", facts)
