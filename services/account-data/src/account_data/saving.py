"""Derived documents: positions, account states and points of the equity curve, written together when they changed."""

from __future__ import annotations

from datetime import datetime

from mathematricks.runtime.failpoints import failpoint

from account_data.domain.checkpoint import account_record, changed_positions
from account_data.domain.freshness import due_points, rolled
from account_data.ports import Account, Ports


async def save_what_changed(ports: Ports) -> None:
    """
    Save every account that has moved since it was last saved; at midnight (UTC) its day turns.

    Positions first, then the account that says up to where they are: a crash between the two
    leaves positions ahead, which the next start recognises by their own ``through_seq``.
    """
    now = ports.clock.now()
    for account in list(ports.accounts.values()):
        if account.view is not None:
            account.view = rolled(account.view, now)
            await _save(account, now, ports)


async def _save(account: Account, now: datetime, ports: Ports) -> None:
    books, view, agreement = account.books, account.view, account.agreement
    before, before_view, before_agreement = account.saved or (None, None, None)
    if view is None or (books is before and view is before_view and agreement == before_agreement):
        return
    await ports.checkpoints.save_positions(changed_positions(books, view, before, before_view))
    await failpoint("account-data.positions_saved")
    await ports.checkpoints.save_account(account_record(books, view, agreement, now))
    await failpoint("account-data.account_saved")
    if points := due_points(view, before_view):
        await ports.checkpoints.keep(points)
        await failpoint("account-data.points_kept")
    account.saved = (books, view, agreement)
