"""Payouts by hand, from bare executions and in fractions: apart from the code under test, and written another way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from mathematricks.contracts.executions import Execution


@dataclass
class Told:
    """An execution, when it was booked, and (from a broker's report) what a third currency was worth then."""

    execution: Execution
    booked_at: datetime
    third: Fraction | None = None


@dataclass
class Terms:
    """An agreement in plain numbers; *months* are as many as there are, beginning with that of *begins*."""

    currency: str
    share: Fraction
    minimum: Fraction
    mark: Fraction
    zone: str
    begins: datetime
    months: int


def payouts_by_hand(
    told: Iterable[Told], payments: Sequence[tuple[datetime, Fraction]], terms: Terms
) -> list[dict[str, Any]]:
    """Return net, fee, balance and due of each month, in cents (due and fee) and fractions."""
    gains = list(_gains(told, terms.currency))
    edges = [_edge(terms, number) for number in range(terms.months + 1)]
    closes = [edge + timedelta(hours=1) for edge in edges[1:]]
    nets = [Fraction(0)] * terms.months
    for made, booked, gain in gains:
        if made < terms.begins:
            continue
        own = max(number for number in range(terms.months) if edges[number] <= made)
        while closes[own] <= booked:
            own += 1
            if own == terms.months:
                break
        if own < terms.months:
            nets[own] += gain
    return _fees(nets, closes, payments, terms)


def _fees(
    nets: list[Fraction], closes: list[datetime], payments: Sequence[tuple[datetime, Fraction]], terms: Terms
) -> list[dict[str, Any]]:
    """Every month reckoned from the very beginning again."""
    lines = []
    for last in range(len(nets)):
        heights = [sum(nets[: n + 1], Fraction(0)) for n in range(last + 1)]
        tops = [max([terms.mark, *heights[:n]]) for n in range(last + 1)]
        fees = [_cents(terms.share * max(Fraction(0), height - top)) for height, top in zip(heights, tops, strict=True)]
        paid = sum((amount for at, amount in payments if at < closes[last]), Fraction(0))
        balance = Fraction(sum(fees), 100) - paid
        due = balance if balance > 0 and balance >= terms.minimum else Fraction(0)
        lines.append({"net": nets[last], "fee": fees[-1], "balance": balance, "due": due})
    return lines


def _cents(amount: Fraction) -> int:
    """Round to whole cents, half to even."""
    return round(amount * 100)


def _edge(terms: Terms, number: int) -> datetime:
    zone = ZoneInfo(terms.zone)
    first = terms.begins.astimezone(zone)
    counted = first.year * 12 + first.month - 1 + number
    return datetime(counted // 12, counted % 12 + 1, 1, tzinfo=zone)


def _gains(told: Iterable[Told], currency: str) -> Iterable[tuple[datetime, datetime, Fraction]]:
    """Yield what each booking changed in all that was ever realised in its instrument."""
    chains: dict[tuple[str, str, str], Chain] = defaultdict(Chain)
    for each in sorted(told, key=lambda one: (one.booked_at, one.execution.executed_at, one.execution.venue_seq)):
        fill = each.execution
        chain = chains[fill.account, fill.strategy_id, fill.instrument]
        quote, base = chain.quote, chain.base
        chain.learn(fill)
        if currency == fill.base_currency:
            gain = chain.base - base
        elif currency == fill.currency:
            gain = chain.quote - quote
        else:
            assert each.third is not None
            gain = (chain.base - base) / each.third
        yield fill.executed_at, each.booked_at, gain


@dataclass
class Chain:
    """Average cost over fills by venue time: realised less fees, in quote and base; a late one starts anew."""

    fills: list[Execution] = field(default_factory=list)
    held: Fraction = Fraction(0)
    price: Fraction = Fraction(0)
    quote: Fraction = Fraction(0)
    base: Fraction = Fraction(0)

    def learn(self, fill: Execution) -> None:
        late = bool(self.fills) and _time(fill) < _time(self.fills[-1])
        self.fills = sorted([*self.fills, fill], key=_time)
        if late:
            self.held = self.price = self.quote = self.base = Fraction(0)
        for each in self.fills if late else [fill]:
            self.trade(each)

    def trade(self, fill: Execution) -> None:
        size = Fraction(fill.quantity) * (1 if fill.side == "BUY" else -1)
        at, won = Fraction(fill.price), -Fraction(fill.commission)
        if self.held * size < 0:
            closing = min(abs(self.held), abs(size))
            won += closing * (at - self.price) * Fraction(fill.multiplier) * (1 if self.held > 0 else -1)
            rest = self.held + size
            self.price = self.price if self.held * rest > 0 else at
            self.held = rest
        else:
            self.price = (self.held * self.price + size * at) / (self.held + size)
            self.held += size
        self.quote += won
        self.base += won * Fraction(fill.fx_rate)


def _time(fill: Execution) -> tuple[datetime, int, str]:
    return fill.executed_at, fill.venue_seq, fill.execution_id
