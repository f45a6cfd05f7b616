"""Report: accounts as their venues see them, and the quotes of what the desk uses."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import structlog
from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.instruments import Contract
from mathematricks.contracts.topics import ACCOUNT_UPDATES, QUOTES
from mathematricks.runtime.failpoints import failpoint

from execution.ports import BrokerRejected, BrokerUnavailable, Ports
from execution.steps.telling import alert

log = structlog.get_logger(__name__)


async def fresh_snapshot(account: str, ports: Ports) -> AccountUpdate:
    """
    Return *account* as its venue sees it now, with the executions that it surely includes.

    What was recorded before the venue is asked is in its answer; ``through_execution`` says up to
    where that is. Raise ``BrokerUnavailable`` or ``KeyError``.
    """
    requested, through = ports.clock.now(), ports.through.get(account)
    ports.stale_accounts.discard(account)
    ports.snapshot_at[account] = requested
    try:
        async with asyncio.timeout(ports.policy.call_timeout.total_seconds()):
            seen = await ports.brokers.of(account).snapshot(account)
    except (BrokerUnavailable, TimeoutError) as silence:
        ports.stale_accounts.add(account)
        raise BrokerUnavailable(f"{account}: {silence}") from silence
    return seen.model_copy(update={"as_of": requested, "through_execution": through})


async def publish_account(account: str, ports: Ports) -> None:
    """Publish a fresh snapshot; a venue that does not answer is asked again next time."""
    try:
        update = await fresh_snapshot(account, ports)
    except (BrokerUnavailable, BrokerRejected, KeyError) as silence:
        log.warning("account.snapshot_failed", account=account, reason=str(silence))
        return
    except Exception:
        log.exception("account.snapshot_broke", account=account)
        return
    await ports.bus.publish(ACCOUNT_UPDATES, update)
    await failpoint("execution.account_told")
    await _compare_positions(update, ports)


async def _compare_positions(update: AccountUpdate, ports: Ports) -> None:
    """Where an account is at rest, the venue's position is the true one; a difference is said once."""
    there = {position.instrument: position.quantity for position in update.open_positions}
    for instrument in ports.blotter.places(update.account) | there.keys():
        if not ports.blotter.is_quiet(update.account, instrument, update.as_of):
            continue
        before = ports.blotter.difference(update.account, instrument)
        seen = ports.blotter.believe_venue(update.account, instrument, there.get(instrument, Decimal(0)), update.as_of)
        if seen != ports.blotter.difference(update.account, instrument):
            ports.stale_accounts.add(update.account)  # look again soon: it lasts, or it was a fill on its way
        elif seen and seen != before:
            title = f"{update.account} holds {seen} {instrument} more at its venue than executions explain"
            await alert(ports, "critical", f"position.unexplained:{update.account}:{instrument}"[:200], title)
            ports.unexplained.add(update.account)


def note_use(contract: Contract, ports: Ports) -> None:
    """Keep publishing the quotes of an instrument that is being traded or asked about."""
    ports.quoted[contract.key] = (contract, ports.clock.now())


async def publish_quotes(ports: Ports) -> None:
    """Publish the newest quote of every instrument used lately; forget the others."""
    oldest = ports.clock.now() - ports.policy.quote_recent
    for key, (contract, used_at) in list(ports.quoted.items()):
        if used_at < oldest:
            del ports.quoted[key]
        elif (quote := ports.market.quote(contract)) is not None:
            await ports.bus.publish(QUOTES, quote)
            await failpoint("execution.quote_told")
