"""The books of one account: every entry is a booking's effect on one sub-ledger, in booking order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, localcontext

from mathematricks.accounting.pnl import SETTLES_RESULT_ONLY
from mathematricks.accounting.position import EXACT, ZERO, SortKey, Unbookable, booked, signed, sort_key
from mathematricks.contracts.accounts import EntryKind, LedgerEntry
from mathematricks.contracts.base import Currency, Mode
from mathematricks.contracts.executions import UNATTRIBUTED, Execution

from account_data.domain.holding import (
    NOTHING,
    Chain,
    Change,
    Holding,
    Movement,
    changes,
    extended,
    grow,
    refolded,
    start_for,
    trimmed,
)

Key = tuple[str, str]
"""Strategy and instrument. The account's own fold of a margined instrument has the strategy ``NET``."""

NET = ""


@dataclass(frozen=True)
class Books:
    """
    Everything booked to one account up to its ledger entry number ``seq``.

    ``chains`` holds a fold per strategy and instrument, and one more per margined instrument over all
    strategies, because the venue settles the P&L of the net position.
    """

    account: str
    mode: Mode
    base_currency: Currency
    seq: int = 0
    chains: Mapping[Key, Chain] = field(default_factory=dict)
    deposits: Mapping[Currency, Decimal] = field(default_factory=dict)
    corrections: Mapping[Currency, Decimal] = field(default_factory=dict)
    opened: bool = False
    executions: int = 0
    recorded_through: datetime | None = None


@dataclass(frozen=True)
class Booking:
    """What is to be booked: an execution, or the difference between the broker's figure and ours."""

    entry_id: str
    kind: EntryKind
    account: str
    mode: Mode
    base_currency: Currency
    at: datetime
    execution: Execution | None = None
    currency: Currency = ""
    cash: Decimal = ZERO
    reason: str = ""

    @property
    def movement(self) -> Movement | None:
        """What it moves in a position; a correction's cash is a booking of its own."""
        return Movement(self.execution, self.kind == "execution") if self.execution else None


@dataclass(frozen=True)
class Booked:
    """The books after a batch, its entries, and why some bookings cannot be made at all."""

    books: Books
    entries: tuple[LedgerEntry, ...]
    impossible: Mapping[str, str]


@dataclass(frozen=True)
class Lacking:
    """*movement* is older than what is in memory of its chain, which holds the entries up to *through*."""

    key: Key
    movement: Movement
    through: int


def ordinary(execution: Execution) -> Booking:
    """Return the booking of an execution."""
    return Booking(
        entry_id=execution.execution_id,
        kind="execution",
        account=execution.account,
        mode=execution.mode,
        base_currency=execution.base_currency,
        at=execution.executed_at,
        execution=execution,
    )


def book(books: Books, bookings: Iterable[Booking], now: datetime) -> Booked | Lacking:
    """Return *books* with *bookings* entered, the oldest by venue time first."""
    due = sorted(bookings, key=_order)
    numbered = [(seq, each) for seq, each in enumerate(due, books.seq + 1)]
    try:
        longer = _longer(books, [(seq, each.movement) for seq, each in numbered if each.movement])
    except Unbookable:
        return _book_possible(books, due, now)
    if isinstance(longer, Lacking):
        return longer
    changed = _changed(books, longer, due)
    entries = tuple(_entry(each, seq, changed.get(each.entry_id), now) for seq, each in numbered)
    for entry in entries:
        books = _counted(books, entry)
    return Booked(_with(books, longer), entries, {})


def replay(books: Books, entries: Sequence[LedgerEntry]) -> Books | Lacking:
    """Return *books* brought up to date by the durable *entries* that follow them."""
    later = [entry for entry in entries if entry.seq > books.seq]
    longer = _longer(books, [(entry.seq, movement) for entry in later if (movement := movement_of(entry))])
    if isinstance(longer, Lacking):
        return longer
    for entry in later:
        books = _counted(books, entry)
    return _with(books, longer)


def start_of(books: Books, lacking: Lacking) -> Holding:
    """Return the holding from which the lacking chain must be folded again."""
    chain = books.chains.get(lacking.key)
    return start_for(chain, lacking.movement) if chain else NOTHING


def told_again(books: Books, lacking: Lacking, entries: Iterable[LedgerEntry]) -> Books:
    """Return *books* with the lacking chain folded again over *entries*: its durable ones after ``start_of``."""
    known = [movement for entry in entries if entry.seq <= lacking.through and (movement := movement_of(entry))]
    chain = books.chains.get(lacking.key) or _new_chain(lacking.movement)
    again = refolded(chain, start_of(books, lacking), known, lacking.through)
    return replace(books, chains={**books.chains, lacking.key: again})


def movement_of(entry: LedgerEntry) -> Movement | None:
    """Return what *entry* moves in a position."""
    return Movement(entry.execution, entry.kind == "execution") if entry.execution else None


def _order(booking: Booking) -> SortKey:
    return booking.at, booking.execution.venue_seq if booking.execution else 0, booking.entry_id


def _longer(books: Books, movements: Iterable[tuple[int, Movement]]) -> dict[Key, Chain] | Lacking:
    """Return the chains that numbered *movements* lengthen; an entry that a chain holds already is skipped."""
    due: dict[Key, list[Movement]] = defaultdict(list)
    newest = books.seq
    for seq, movement in movements:
        newest = seq
        for key in _keys(movement.execution):
            if key not in books.chains or seq > books.chains[key].through_seq:
                due[key].append(movement)
    longer: dict[Key, Chain] = {}
    for key, mine in due.items():
        chain = books.chains.get(key) or _new_chain(mine[0])
        extension = extended(chain, mine, newest)
        if extension is None:
            oldest = min(mine, key=lambda movement: sort_key(movement.execution))
            return Lacking(key, oldest, max(books.seq, chain.through_seq))
        longer[key] = extension
    return longer


def _book_possible(books: Books, bookings: Sequence[Booking], now: datetime) -> Booked | Lacking:
    """Book without those that are too large by themselves; else one account's totals are, and nothing goes."""
    impossible = {each.entry_id: why for each in bookings if (why := _why_impossible(each))}
    if not impossible:
        return Booked(books, (), {each.entry_id: "a total would become too large to book" for each in bookings})
    rest = book(books, [each for each in bookings if each.entry_id not in impossible], now)
    return rest if isinstance(rest, Lacking) else replace(rest, impossible={**rest.impossible, **impossible})


def _why_impossible(booking: Booking) -> str | None:
    try:
        if booking.movement:
            grow(NOTHING, booking.movement)
    except Unbookable as why:
        return str(why)
    return None


def _keys(execution: Execution) -> list[Key]:
    own = (execution.strategy_id, execution.instrument)
    margined = execution.contract.type in SETTLES_RESULT_ONLY
    return [own, (NET, execution.instrument)] if margined else [own]


def _new_chain(movement: Movement) -> Chain:
    return Chain(movement.execution.contract, movement.execution.currency)


def _with(books: Books, longer: Mapping[Key, Chain]) -> Books:
    return replace(books, chains={**books.chains, **{key: trimmed(chain) for key, chain in longer.items()}})


def _counted(books: Books, entry: LedgerEntry) -> Books:
    """Return *books* with what *entry* says beside its movement."""
    if entry.kind == "execution" and entry.execution:
        recorded = entry.execution.recorded_at
        newest = max(recorded, books.recorded_through or recorded)
        return replace(books, seq=entry.seq, executions=books.executions + 1, recorded_through=newest)
    cash = ZERO if entry.execution else entry.cash
    if entry.kind == "opening":
        return replace(books, seq=entry.seq, opened=True, deposits=_plus(books.deposits, entry.currency, cash))
    return replace(books, seq=entry.seq, corrections=_plus(books.corrections, entry.currency, cash))


def _plus(held: Mapping[Currency, Decimal], currency: Currency, cash: Decimal) -> Mapping[Currency, Decimal]:
    if not cash:
        return held
    with localcontext(EXACT):
        return {**held, currency: booked(held.get(currency, ZERO) + cash)}


def _changed(books: Books, longer: Mapping[Key, Chain], bookings: Iterable[Booking]) -> dict[str, Change]:
    """Return what each booking's movement changed in its strategy's chain."""
    by_key: dict[Key, list[Movement]] = defaultdict(list)
    for booking in bookings:
        if booking.movement and (key := _keys(booking.movement.execution)[0]) in longer:
            by_key[key].append(booking.movement)
    found: dict[str, Change] = {}
    for key, mine in by_key.items():
        found |= changes(books.chains.get(key) or _new_chain(mine[0]), longer[key], mine)
    return found


def _entry(booking: Booking, seq: int, change: Change | None, now: datetime) -> LedgerEntry:
    execution = booking.execution
    figures = change or Change(cash=booking.cash)
    return LedgerEntry(
        kind=booking.kind,
        account=booking.account,
        at=booking.at,
        entry_id=booking.entry_id,
        seq=seq,
        strategy_id=execution.strategy_id if execution else UNATTRIBUTED,
        instrument=execution.instrument if execution else None,
        order_id=execution.order_id if execution else None,
        signal_id=execution.signal_id if execution else None,
        booked_at=now,
        quantity=signed(execution) if execution else ZERO,
        currency=execution.currency if execution else booking.currency,
        base_currency=booking.base_currency,
        mode=booking.mode,
        execution=execution,
        reason=booking.reason,
        **figures._asdict(),
    )
