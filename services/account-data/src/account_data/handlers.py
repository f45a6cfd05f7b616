"""One function per message: executions enter the ledger, broker's figures replace older ones."""

from __future__ import annotations

import structlog
from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.executions import ExecutionConfirmation

from account_data.domain.freshness import seen
from account_data.domain.ledger import Books, ordinary
from account_data.ports import Account, Ports

log = structlog.get_logger(__name__)


async def on_execution(confirmation: ExecutionConfirmation, ports: Ports) -> None:
    """
    Book the fill, if this confirmation tells of one; return once its ledger entry is durable.

    A redelivered execution finds its entry and changes nothing. Positions and sub-ledgers are
    derived: they follow within a fraction of a second, and after a crash at the next start.
    """
    if confirmation.execution is None:
        return
    entry = await ports.book(ordinary(confirmation.execution))
    if entry is None:
        log.info("execution.known", execution_id=confirmation.execution.execution_id)
        return
    log.info("execution.booked", execution_id=entry.entry_id, account=entry.account, seq=entry.seq)


async def on_account_update(update: AccountUpdate, ports: Ports) -> None:
    """
    Take the broker's newest figures; the newest ``as_of`` wins, whatever order they arrive in.

    They are saved within a fraction of a second. A crash before that loses nothing: a start asks
    the broker again.
    """
    newer = take(update, ports)
    log.info("account.seen" if newer else "account.older", account=update.account, as_of=update.as_of.isoformat())


def take(update: AccountUpdate, ports: Ports) -> bool:
    """Put *update* in the place of an older one; return whether it was newer."""
    account = ports.accounts.get(update.account)
    if account is None:
        books = Books(update.account, update.mode, update.base_currency)
        account = ports.accounts[update.account] = Account(books)
    view = seen(account.view, update, traded=account.books.executions > 0)
    if view is None:
        return False
    account.view = view
    return True
