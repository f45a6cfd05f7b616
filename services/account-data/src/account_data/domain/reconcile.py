"""Our books against the broker's: what differs, whether that can be judged, and what puts it right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext

from mathematricks.accounting.position import EXACT, ZERO
from mathematricks.contracts.accounts import AccountUpdate, BrokerPosition, Difference, EntryKind
from mathematricks.contracts.base import derive_id
from mathematricks.contracts.executions import UNATTRIBUTED, Execution

from account_data.domain.ledger import Booking, Books
from account_data.domain.state import account_cash, account_quantities

ROUNDING = Decimal("0.005")
"""Half a cent: venues round cash, and nothing smaller is worth an entry."""


@dataclass(frozen=True)
class Agreement:
    """When the books last agreed with the broker's; *proven*: they did so since the first execution."""

    at: datetime | None = None
    proven: bool = False


NEVER = Agreement()


def agreed(before: Agreement, books: Books, update: AccountUpdate) -> Agreement:
    """Return the agreement after *books* were found to say what *update* says, or made to."""
    return Agreement(update.as_of, before.proven or books.executions > 0)


def not_yet(books: Books, update: AccountUpdate) -> str | None:
    """
    Return why *update* cannot be held against *books*; None: it can.

    A snapshot contains what was executed before it was asked for. Only where the newest execution
    recorded before it is also our newest, neither side knows of a fill that the other cannot know.
    """
    if is_behind(books, update):
        return "executions that were recorded before the broker's snapshot are not booked yet"
    if books.recorded_through != update.through_execution:
        return "the broker's snapshot is older than the newest execution booked"
    return None


def is_behind(books: Books, update: AccountUpdate) -> bool:
    """Return whether execution had recorded something that we have not booked when it took the snapshot."""
    ours, theirs = books.recorded_through, update.through_execution
    return theirs is not None and (ours is None or ours < theirs)


def diff(books: Books, update: AccountUpdate) -> tuple[Difference, ...]:
    """Return every net position and cash balance on which *books* and the broker disagree."""
    theirs = {each.instrument: each.quantity for each in update.open_positions}
    differing = _differences("position", account_quantities(books), theirs, ZERO)
    if update.cash:
        differing += _differences("cash", account_cash(books), update.cash, ROUNDING)
    return tuple(differing)


def corrections(
    books: Books, update: AccountUpdate, differences: tuple[Difference, ...], *, proven: bool
) -> list[Booking]:
    """
    Return what makes *books* say what the broker says; the broker wins.

    The ids are functions of the books and the figures, so that correcting twice corrects once. Until
    the books are *proven* (they agreed since the account first traded), a difference in cash is money
    paid in, and on an account that was not opened yet a position is what it was opened with.

    Args:
        proven: Whether the books have agreed with the broker's since the first execution.
    """
    held = proven or (books.opened and books.executions > 0)
    kinds: dict[str, EntryKind] = {
        "cash": "correction" if proven else "opening",
        "position": "correction" if held else "opening",
    }
    return [_correction(books, update, each, kinds[each.subject]) for each in differences]


def opening(books: Books, update: AccountUpdate) -> Booking | None:
    """Return the entry that says that the account was opened with nothing, where nothing else says so."""
    if books.opened:
        return None
    return _booking(books, update, "opening", derive_id("c", books.account, "opened"), "opened")


def _differences(
    subject: str, ours: dict[str, Decimal], theirs: dict[str, Decimal], least: Decimal
) -> list[Difference]:
    names = sorted({*ours, *theirs})
    pairs = [(name, ours.get(name, ZERO), theirs.get(name, ZERO)) for name in names]
    with localcontext(EXACT):
        return [
            Difference.model_validate({"subject": subject, "name": name, "ours": mine, "theirs": yours})
            for name, mine, yours in pairs
            if mine != yours and abs(yours - mine) >= least
        ]


def _correction(books: Books, update: AccountUpdate, found: Difference, kind: EntryKind) -> Booking:
    entry_id = derive_id("c", books.account, found.subject, found.name, found.ours, found.theirs, books.seq)
    reason = f"{found.subject} {found.name}: the broker has {found.theirs}, we had {found.ours}"
    booking = _booking(books, update, kind, entry_id, reason[:500])
    with localcontext(EXACT):
        gap = found.theirs - found.ours
    if found.subject == "cash":
        return Booking(**{**vars(booking), "currency": found.name, "cash": gap})
    return Booking(**{**vars(booking), "execution": _as_execution(books, update, found.name, gap, entry_id)})


def _booking(books: Books, update: AccountUpdate, kind: EntryKind, entry_id: str, reason: str) -> Booking:
    return Booking(
        entry_id=entry_id,
        kind=kind,
        account=books.account,
        mode=books.mode,
        base_currency=books.base_currency,
        at=update.as_of,
        currency=books.base_currency,
        reason=reason,
    )


def _as_execution(books: Books, update: AccountUpdate, instrument: str, gap: Decimal, entry_id: str) -> Execution:
    """A correction has the shape of an execution at the broker's average price, but moves no cash."""
    known = _known(books, update, instrument)
    return Execution(
        execution_id=entry_id,
        order_id=None,
        strategy_id=UNATTRIBUTED,
        account=books.account,
        mode=books.mode,
        instrument=instrument,
        contract=known.contract,
        side="BUY" if gap > 0 else "SELL",
        quantity=gap.copy_abs(),
        price=known.average_price,
        multiplier=known.multiplier,
        currency=known.currency,
        commission=ZERO,
        fx_rate=update.rates.get(known.currency, Decimal(1)),
        base_currency=books.base_currency,
        executed_at=update.as_of,
        recorded_at=update.as_of,
    )


def _known(books: Books, update: AccountUpdate, instrument: str) -> BrokerPosition:
    """What the broker says of the instrument; where it holds none, what we knew."""
    for each in update.open_positions:
        if each.instrument == instrument:
            return each
    chain = next(chain for key, chain in books.chains.items() if key[1] == instrument)
    return BrokerPosition(
        instrument=instrument,
        contract=chain.contract,
        quantity=ZERO,
        average_price=chain.head.last_price,
        multiplier=chain.head.position.multiplier,
        currency=chain.currency,
    )
