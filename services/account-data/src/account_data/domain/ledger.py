"""The books of one account: every entry is a booking's effect on one sub-ledger, in booking order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, localcontext

from mathematricks.accounting.pnl import SETTLES_RESULT_ONLY
from mathematricks.accounting.position import EXACT, ZERO, Unbookable, booked, signed
from mathematricks.contracts.accounts import EntryKind, LedgerEntry
from mathematricks.contracts.base import Currency, Mode
from mathematricks.contracts.executions import UNATTRIBUTED, Execution

from account_data.domain.holding import NOTHING, Chain, Holding, Movement, extended, refolded, start_for

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
    """Return *books* with *bookings* entered, the oldest by venue time first so that few are late."""
    entries: list[LedgerEntry] = []
    impossible: dict[str, str] = {}
    durable = books.seq
    for booking in sorted(bookings, key=lambda each: (each.at, _tie(each))):
        try:
            entered = _enter(books, booking, now)
        except Unbookable as why:
            impossible[booking.entry_id] = str(why)
            continue
        if isinstance(entered, Lacking):
            return replace(entered, through=durable)
        books, entry = entered
        entries.append(entry)
    return Booked(books, tuple(entries), impossible)


def replay(books: Books, entries: Sequence[LedgerEntry]) -> Books | Lacking:
    """Return *books* brought up to date by the durable *entries* that follow them."""
    for entry in entries:
        if entry.seq > books.seq:
            moved = _moved(books, movement_of(entry), entry.seq)
            if isinstance(moved, Lacking):
                return moved
            cash = entry.cash if entry.execution is None else ZERO
            books = _counted(moved, entry.kind, entry.execution, entry.seq, {entry.currency: cash})
    return books


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
    """Return what *entry* moves in a position; a correction's cash is an entry of its own."""
    return Movement(entry.execution, entry.kind == "execution") if entry.execution else None


def _tie(booking: Booking) -> tuple[int, str]:
    return (booking.execution.venue_seq if booking.execution else 0, booking.entry_id)


def _enter(books: Books, booking: Booking, now: datetime) -> tuple[Books, LedgerEntry] | Lacking:
    seq = books.seq + 1
    movement = Movement(booking.execution, booking.kind == "execution") if booking.execution else None
    moved = _moved(books, movement, seq)
    if isinstance(moved, Lacking):
        return moved
    counted = _counted(moved, booking.kind, booking.execution, seq, {booking.currency: booking.cash})
    return counted, _entry(booking, books, counted, now)


def _moved(books: Books, movement: Movement | None, seq: int) -> Books | Lacking:
    if movement is None:
        return books
    chains = dict(books.chains)
    for key in _keys(movement.execution):
        chain = chains.get(key) or _new_chain(movement)
        if seq <= chain.through_seq:
            continue
        longer = extended(chain, movement, seq)
        if longer is None:
            return Lacking(key, movement, through=seq - 1)
        chains[key] = longer
    return replace(books, chains=chains)


def _keys(execution: Execution) -> list[Key]:
    own = (execution.strategy_id, execution.instrument)
    margined = execution.contract.type in SETTLES_RESULT_ONLY
    return [own, (NET, execution.instrument)] if margined else [own]


def _new_chain(movement: Movement) -> Chain:
    return Chain(movement.execution.contract, movement.execution.currency)


def _counted(
    books: Books, kind: EntryKind, execution: Execution | None, seq: int, cash: Mapping[Currency, Decimal]
) -> Books:
    """Return *books* at *seq*, with what the entry says beside its movement."""
    if kind == "execution" and execution:
        newest = max(execution.recorded_at, books.recorded_through or execution.recorded_at)
        return replace(books, seq=seq, executions=books.executions + 1, recorded_through=newest)
    if kind == "opening":
        return replace(books, seq=seq, opened=True, deposits=_plus(books.deposits, cash))
    return replace(books, seq=seq, corrections=_plus(books.corrections, cash))


def _plus(held: Mapping[Currency, Decimal], more: Mapping[Currency, Decimal]) -> dict[Currency, Decimal]:
    with localcontext(EXACT):
        return {**held, **{name: booked(held.get(name, ZERO) + amount) for name, amount in more.items() if amount}}


def _entry(booking: Booking, before: Books, after: Books, now: datetime) -> LedgerEntry:
    """The effect is the sub-ledger's change, so that a late execution's restatement is in it too."""
    common = {
        "kind": booking.kind,
        "account": booking.account,
        "at": booking.at,
        "entry_id": booking.entry_id,
        "seq": after.seq,
        "booked_at": now,
        "base_currency": booking.base_currency,
        "mode": booking.mode,
        "reason": booking.reason,
    }
    execution = booking.execution
    if execution is None:
        return LedgerEntry(strategy_id=UNATTRIBUTED, currency=booking.currency, cash=booking.cash, **common)
    key = (execution.strategy_id, execution.instrument)
    then = before.chains[key].head if key in before.chains else NOTHING
    return LedgerEntry(
        strategy_id=execution.strategy_id,
        instrument=execution.instrument,
        order_id=execution.order_id,
        signal_id=execution.signal_id,
        quantity=signed(execution),
        currency=execution.currency,
        execution=execution,
        **_change(then, after.chains[key].head),
        **common,
    )


def _change(then: Holding, now: Holding) -> dict[str, Decimal]:
    with localcontext(EXACT):
        return {
            "cash": booked(now.cash - then.cash),
            "realized_pnl": booked(now.position.realized_pnl - then.position.realized_pnl),
            "realized_base": booked(now.realized_base - then.realized_base),
            "commission_base": booked(now.commission_base - then.commission_base),
        }
