"""What a set of executions of one instrument comes to in money, and how a late one finds its place in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal, localcontext
from functools import reduce
from typing import NamedTuple

from mathematricks.accounting.pnl import cash_effect, to_base
from mathematricks.accounting.position import EXACT, FLAT, ZERO, Position, SortKey, apply_fill, booked, sort_key
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.instruments import Contract

MOST_LINKS = 128
"""Newest executions of a chain kept in memory; twice what a trim leaves."""

BEFORE_ALL: SortKey = (datetime.min.replace(tzinfo=UTC), 0, "")


class Change(NamedTuple):
    """What a movement does to its sub-ledger; see ``LedgerEntry``."""

    cash: Decimal = ZERO
    realized_pnl: Decimal = ZERO
    realized_base: Decimal = ZERO
    commission_base: Decimal = ZERO


class Movement(NamedTuple):
    """An execution, or a correction in the shape of one: then it moves no cash."""

    execution: Execution
    moves_cash: bool = True


@dataclass(frozen=True, slots=True)
class Holding:
    """
    A position with its effects on cash and on the result in base currency; a fold up to ``key``.

    Attributes:
        cash: Effect on cash, quote currency.
        realized_base: Gross, each closing converted at its own fill's rate (RULES 4).
        realized_day: Net realized P&L of ``day``, the UTC day of the newest execution, base currency.
    """

    position: Position = FLAT
    cash: Decimal = ZERO
    realized_base: Decimal = ZERO
    commission_base: Decimal = ZERO
    day: date | None = None
    realized_day: Decimal = ZERO
    last_price: Decimal = ZERO
    fx_rate: Decimal = Decimal(1)
    key: SortKey = BEFORE_ALL


NOTHING = Holding()


class Link(NamedTuple):
    """One movement in a chain and the holding after it."""

    key: SortKey
    movement: Movement
    after: Holding


@dataclass(frozen=True, slots=True)
class Chain:
    """
    One instrument's fold, with its newest links in memory so that a late execution can be put in place.

    ``root`` is the holding before the first link, ``checkpoint`` an older one, or the same.
    """

    contract: Contract
    currency: str
    checkpoint: Holding = NOTHING
    root: Holding = NOTHING
    links: tuple[Link, ...] = ()
    through_seq: int = 0

    @property
    def head(self) -> Holding:
        """What everything folded so far comes to."""
        return self.links[-1].after if self.links else self.root


def grow(holding: Holding, movement: Movement) -> Holding:
    """Return *holding* after *movement*, which is younger than everything in it."""
    fill = movement.execution
    position = apply_fill(holding.position, fill)
    with localcontext(EXACT):
        realized = position.realized_pnl - holding.position.realized_pnl
        gross, fee = to_base(realized, fill.fx_rate), to_base(fill.commission, fill.fx_rate)
        cash = cash_effect(fill.contract.type, fill, realized) if movement.moves_cash else ZERO
        day = fill.executed_at.date()
        return Holding(
            position=position,
            cash=booked(holding.cash + cash),
            realized_base=booked(holding.realized_base + gross),
            commission_base=booked(holding.commission_base + fee),
            day=day,
            realized_day=booked((holding.realized_day if day == holding.day else ZERO) + gross - fee),
            last_price=fill.price,
            fx_rate=fill.fx_rate,
            key=sort_key(fill),
        )


def extended(chain: Chain, movements: Sequence[Movement], seq: int) -> Chain | None:
    """Return *chain* with *movements* in their places; None: one belongs before what is in memory."""
    first = min(sort_key(movement.execution) for movement in movements)
    if first <= chain.root.key:
        return None
    place = bisect_right(chain.links, first, key=lambda link: link.key)
    before = chain.links[place - 1].after if place else chain.root
    again = [*movements, *(link.movement for link in chain.links[place:])]
    links = (*chain.links[:place], *_linked(before, again))
    return replace(chain, links=links, through_seq=seq)


def changes(before: Chain, after: Chain, movements: Sequence[Movement]) -> dict[str, Change]:
    """
    Return what each of *movements* changed, by execution id; together they are the whole change.

    A movement's change is what it does in its place. What late ones make of those after them counts
    as the change of the oldest.
    """
    first = min(sort_key(movement.execution) for movement in movements)
    place = bisect_left(after.links, first, key=lambda link: link.key)
    then = after.links[place - 1].after if place else after.root
    ids = {movement.execution.execution_id for movement in movements}
    found: dict[str, Change] = {}
    for link in after.links[place:]:
        if link.movement.execution.execution_id in ids:
            found[link.movement.execution.execution_id] = _less(_sums(link.after), _sums(then))
        then = link.after
    if len(found) < len(after.links) - place:
        oldest = after.links[place].movement.execution.execution_id
        others = [change for name, change in found.items() if name != oldest]
        found[oldest] = reduce(_less, [_sums(before.head), *others], _sums(after.head))
    return found


def start_for(chain: Chain, movement: Movement) -> Holding:
    """Return the newest holding known to be older than *movement*: where a refold starts."""
    return chain.checkpoint if chain.checkpoint.key < sort_key(movement.execution) else NOTHING


def refolded(chain: Chain, start: Holding, movements: Iterable[Movement], through_seq: int) -> Chain:
    """Return *chain* folded again from *start* over those of *movements* that are younger than it."""
    links = _linked(start, [movement for movement in movements if sort_key(movement.execution) > start.key])
    return replace(chain, checkpoint=start, root=start, links=tuple(links), through_seq=through_seq)


def trimmed(chain: Chain) -> Chain:
    """Return *chain* with only its newest links; the point that it then starts from stays as a checkpoint."""
    if len(chain.links) <= MOST_LINKS:
        return chain
    kept = chain.links[-MOST_LINKS // 2 :]
    new_root = chain.links[-MOST_LINKS // 2 - 1].after
    return replace(chain, checkpoint=chain.root, root=new_root, links=kept)


def _linked(before: Holding, movements: list[Movement]) -> list[Link]:
    links = []
    for movement in sorted(movements, key=lambda movement: sort_key(movement.execution)):
        before = grow(before, movement)
        links.append(Link(before.key, movement, before))
    return links


def _sums(holding: Holding) -> Change:
    return Change(holding.cash, holding.position.realized_pnl, holding.realized_base, holding.commission_base)


def _less(whole: Change, part: Change) -> Change:
    with localcontext(EXACT):
        return Change(
            booked(whole.cash - part.cash),
            booked(whole.realized_pnl - part.realized_pnl),
            booked(whole.realized_base - part.realized_base),
            booked(whole.commission_base - part.commission_base),
        )
