"""Our books held against the broker's: at start, on a schedule, and when asked; the broker wins."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from mathematricks.alerting.raise_hell import raise_hell
from mathematricks.contracts.accounts import AccountUpdate, Difference, SyncReport
from mathematricks.runtime.failpoints import failpoint

from account_data.domain.freshness import begun_with_cash
from account_data.domain.ledger import Booking, ordinary
from account_data.domain.reconcile import agreed, corrections, diff, is_behind, not_yet, opening
from account_data.handlers import take
from account_data.ports import Account, BrokersUnavailable, Ports, Suspicion, UnknownAccount

log = structlog.get_logger(__name__)

LOOK_BACK = timedelta(minutes=10)
"""Executions are asked for from this long before the books last agreed: venue time may lag."""
BEFORE_ALL = datetime(2000, 1, 1, tzinfo=UTC)


async def reconcile(ports: Ports) -> None:
    """Examine every account whose turn it is; one that cannot be examined now is tried again soon."""
    for name in sorted(await _due(ports)):
        try:
            await examine(name, ports)
        except (BrokersUnavailable, UnknownAccount) as why:
            log.warning("account.unexamined", account=name, reason=str(why))


async def sync(name: str, ports: Ports) -> SyncReport:
    """Examine the account now, and again after the settling time where something differed."""
    first = await examine(name, ports)
    if first.agreed or first.corrected:
        return first
    await asyncio.sleep(ports.terms.settle.total_seconds())
    second = await examine(name, ports)
    return second.model_copy(update={"executions_booked": first.executions_booked + second.executions_booked})


async def examine(name: str, ports: Ports) -> SyncReport:
    """
    Hold one account's books against its broker's, and correct what has differed twice alike.

    Executions that did not reach us are asked for and booked as what they are before anything is judged.

    Raises:
        BrokersUnavailable, UnknownAccount
    """
    async with ports.agenda.judging[name]:
        if known := ports.accounts.get(name):
            known.examined_at = ports.clock.now()
        update = await ports.brokers.snapshot(name)
        take(update, ports)
        account = ports.accounts[name]
        account.examined_at = ports.clock.now()
        booked = await _book_missing(account, ports) if _lacks_some(account, update) else 0
        report = await _judge(account, update, ports)
    report = report.model_copy(update={"executions_booked": booked})
    log.info("account.examined", account=name, agreed=report.agreed, differences=len(report.differences))
    return report


async def _due(ports: Ports) -> set[str]:
    now, terms = ports.clock.now(), ports.terms
    due = {name for name, account in ports.accounts.items() if _is_due(account, now, ports)}
    if ports.agenda.listed_at is None or now - ports.agenda.listed_at >= terms.reconcile_every:
        try:
            due |= {listed.account for listed in await ports.brokers.accounts()}
        except BrokersUnavailable as why:
            log.warning("accounts.unlisted", reason=str(why))
            return set()
        ports.agenda.listed_at = now
    return due


def _is_due(account: Account, now: datetime, ports: Ports) -> bool:
    settled = account.agreement.at is not None and account.suspicion is None
    pause = ports.terms.reconcile_every if settled else ports.terms.settle
    return account.examined_at is None or now - account.examined_at >= pause


def _lacks_some(account: Account, update: AccountUpdate) -> bool:
    """
    Whether executions may have been lost on their way: the books differ, or have not moved though behind.

    On a busy account the books are behind for moments; what is on its way need not be asked for.
    """
    books = account.books
    if not is_behind(books, update):
        account.behind_at = None
        return not_yet(books, update) is None and bool(diff(books, update))
    before, account.behind_at = account.behind_at, books.recorded_through or BEFORE_ALL
    return before == account.behind_at


async def _book_missing(account: Account, ports: Ports) -> int:
    since = account.agreement.at - LOOK_BACK if account.agreement.at else BEFORE_ALL
    missing = await ports.executions.unbooked(account.books.account, since)
    return await _book([ordinary(execution) for execution in missing], ports)


async def _judge(account: Account, update: AccountUpdate, ports: Ports) -> SyncReport:
    report = SyncReport(account=account.books.account, agreed=False, as_of=update.as_of)
    if waiting := not_yet(account.books, update):
        account.suspicion = None
        return report.model_copy(update={"waiting_for": waiting})
    found = diff(account.books, update)
    if not found:
        await _agree(account, update, ports)
        return report.model_copy(update={"agreed": True})
    report = report.model_copy(update={"differences": found})
    if not (_was_only_opened(account, update) or _is_confirmed(account, update, found, ports)):
        return report
    await _correct(account, update, found, ports)
    return report.model_copy(update={"corrected": True})


async def _agree(account: Account, update: AccountUpdate, ports: Ports) -> None:
    if first := opening(account.books, update):
        await ports.book(first)
    account.suspicion, account.agreement = None, agreed(account.agreement, account.books, update)


def _was_only_opened(account: Account, update: AccountUpdate) -> bool:
    """Nothing was ever traded and nothing is about to: what differs is money paid in."""
    traded = account.books.executions or update.through_execution
    return not (traded or update.open_positions or update.open_orders)


def _is_confirmed(account: Account, update: AccountUpdate, found: tuple[Difference, ...], ports: Ports) -> bool:
    held = account.suspicion
    if held is None or held.differences != found:
        account.suspicion = Suspicion(found, update.as_of)
        return False
    return update.as_of - held.as_of >= ports.terms.settle


async def _correct(account: Account, update: AccountUpdate, found: tuple[Difference, ...], ports: Ports) -> None:
    name = account.books.account
    bookings = corrections(account.books, update, found, proven=account.agreement.proven)
    entered = await _book(bookings, ports)
    if account.view and account.books.executions and bookings[-1].kind == "opening" and account.books.mode == "PAPER":
        account.view = begun_with_cash(account.view, account.books.deposits)  # its first trade was moments ago
    account.suspicion, account.agreement = None, agreed(account.agreement, account.books, update)
    reasons = [booking.reason for booking in bookings]
    if all(booking.kind == "opening" for booking in bookings):
        log.info("account.opened", account=name, reasons=reasons)
        return
    log.warning("account.corrected", account=name, reasons=reasons)
    if entered:
        await _tell(name, found, ports)


async def _tell(name: str, found: tuple[Difference, ...], ports: Ports) -> None:
    facts = {f"{each.subject} {each.name}": f"ours {each.ours}, theirs {each.theirs}" for each in found[:20]}
    title = f"The books of {name} differed from the broker's and were corrected"
    key = f"account.corrected:{name}"
    await raise_hell(ports.bus, "account-data", key, "critical", title, ports.clock.now(), **facts)
    await failpoint("account-data.alerted")


async def _book(bookings: Sequence[Booking], ports: Ports) -> int:
    entries = await asyncio.gather(*(ports.book(booking) for booking in bookings))
    return sum(entry is not None for entry in entries)
