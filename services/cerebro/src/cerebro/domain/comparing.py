"""Two versions' decisions on the same book, compared: outcome, reason, size, and what each would have made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mathematricks.accounting.lots import ZERO
from mathematricks.contracts.decisions import Decision
from mathematricks.contracts.orders import TradingOrder
from mathematricks.contracts.shadows import Difference, PaperResult, ShadowReport, Verdict, What

from cerebro.domain.inputs import inputs_from

WHO = ("authority", "shadow")


@dataclass(frozen=True, slots=True)
class Pair:
    """
    What the authority decided on a signal, and what a shadow would have.

    Attributes:
        prices: Average price at which the authority's orders filled, by order.
        inputs: Canonical text of what both read.
    """

    authority: Decision
    shadow: Decision
    prices: Mapping[str, Decimal]
    inputs: str


def report_of(version: str, pairs: Sequence[Pair], most: int) -> ShadowReport:
    """Return how *version* compares over *pairs* (newest first), with at most so many differences in full."""
    differences = [difference for pair in pairs if (difference := _difference(pair)) is not None]
    return ShadowReport(
        version=version,
        compared=len(pairs),
        same=len(pairs) - len(differences),
        since=min((pair.authority.decided_at for pair in pairs), default=None),
        units=dict(
            zip(
                WHO,
                (_all_units(pair.authority for pair in pairs), _all_units(pair.shadow for pair in pairs)),
                strict=True,
            )
        ),
        results=tuple(paper_results(pairs)),
        items=tuple(differences[:most]),
    )


def orders_of(decision: Decision) -> tuple[TradingOrder, ...]:
    """Return what the decision orders, or would have as a shadow's."""
    return decision.orders or decision.would_order


def _difference(pair: Pair) -> Difference | None:
    authority, shadow = _verdict(pair.authority), _verdict(pair.shadow)
    what: list[What] = ["outcome"] if authority.outcome != shadow.outcome else []
    what += ["reason"] if authority.reason != shadow.reason else []
    what += ["size"] if authority.units != shadow.units else []
    if not what:
        return None
    decided = pair.authority
    return Difference(
        signal_id=decided.signal_id,
        strategy_id=decided.strategy_id,
        portfolio=decided.portfolio,
        seq=decided.seq,
        decided_at=decided.decided_at,
        what=tuple(what),
        authority=authority,
        shadow=shadow,
    )


def _verdict(decision: Decision) -> Verdict:
    units: dict[str, Decimal] = {}
    for order in orders_of(decision):
        signed = order.quantity or ZERO
        units[order.instrument] = units.get(order.instrument, ZERO) + (signed if order.side == "BUY" else -signed)
    return Verdict(outcome=decision.outcome, reason=decision.reason, sentence=decision.sentence, units=units)


def _all_units(decisions: Iterable[Decision]) -> Decimal:
    return sum((order.quantity or ZERO for one in decisions for order in orders_of(one)), ZERO)


@dataclass
class _Paper:
    """One version's position in one instrument of one strategy, its cash, and the last price seen."""

    multiplier: Decimal
    units: Decimal = ZERO
    cash: Decimal = ZERO

    def trade(self, units: Decimal, price: Decimal) -> None:
        self.units += units
        self.cash -= units * price * self.multiplier

    def worth(self, price: Decimal) -> Decimal:
        return self.cash + self.units * price * self.multiplier


@dataclass
class _Line:
    """One strategy in one instrument, as both versions trade it."""

    currency: str
    books: tuple[_Paper, _Paper]
    price: Decimal = ZERO
    unpriced: int = 0


def paper_results(pairs: Sequence[Pair]) -> Iterator[PaperResult]:
    """
    Yield what each made per quote currency, from empty books and before costs; *pairs* come newest first.

    An exit is sized for the authority's lots: it closes the same share of each one's own paper position,
    and nothing of what was held before the first decision compared.
    """
    lines: dict[tuple[str, str], _Line] = {}
    for pair in reversed(pairs):
        _trade(lines, pair)
    for currency in sorted({line.currency for line in lines.values()}):
        here = [line for line in lines.values() if line.currency == currency]
        made = [sum((line.books[who].worth(line.price) for line in here), ZERO) for who in range(len(WHO))]
        unpriced = sum(line.unpriced for line in here)
        yield PaperResult(currency=currency, authority=made[0], shadow=made[1], unpriced=unpriced)


def _trade(lines: dict[tuple[str, str], _Line], pair: Pair) -> None:
    inputs = inputs_from(pair.inputs)
    market, named = inputs.market, {leg.instrument: leg.price for leg in inputs.signal.legs}
    orders = [orders_of(pair.authority), orders_of(pair.shadow)]
    for instrument in dict.fromkeys(order.instrument for each in orders for order in each):
        key = pair.authority.strategy_id, instrument
        known = market.instruments.get(instrument)
        if key not in lines:
            multiplier = known.multiplier if known else Decimal(1)
            lines[key] = _Line(known.currency if known else "USD", (_Paper(multiplier), _Paper(multiplier)))
        mine = [[order for order in each if order.instrument == instrument] for each in orders]
        _both(lines[key], mine, _price(pair, instrument) or named.get(instrument) or lines[key].price)


def _both(line: _Line, orders: Sequence[Sequence[TradingOrder]], price: Decimal) -> None:
    if not price:
        line.unpriced += sum(len(each) for each in orders)
        return
    line.price = price
    held = line.books[0].units
    for book, mine in zip(line.books, orders, strict=True):
        own = book.units
        for order in mine:
            book.trade(_units(order, own, held), price)


def _units(order: TradingOrder, own: Decimal, held: Decimal) -> Decimal:
    """Return what *order* trades of a paper position of *own* units, where the authority holds *held*."""
    if order.purpose == "entry":
        return order.quantity or ZERO if order.side == "BUY" else -(order.quantity or ZERO)
    if order.quantity is None or not held:
        return -own if order.quantity is None else ZERO
    return -own * min(Decimal(1), order.quantity / abs(held))


def _price(pair: Pair, instrument: str) -> Decimal | None:
    """Return where the market traded: the authority's own fill, else what an entry was sized at."""
    for order in orders_of(pair.authority):
        if order.instrument == instrument and (filled := pair.prices.get(order.order_id)):
            return filled
    legs = [leg for one in (pair.authority, pair.shadow) for leg in one.legs if leg.instrument == instrument]
    return next((leg.price for leg in legs if leg.price), None)
