"""The registry of strategies: who may change what, and when."""

from __future__ import annotations

import structlog
from mathematricks.contracts.strategies import NewStrategy, StrategyConfiguration, StrategySettings
from mathematricks.runtime.http import Refusal

from account_data.domain.strategies import Standing, why_not_changed, why_not_created, why_not_idle
from account_data.ports import Ports

log = structlog.get_logger(__name__)

MOVED_ON = "Somebody changed this strategy at the same moment; read it and try again"


async def create(wanted: NewStrategy, by: str, ports: Ports) -> StrategyConfiguration:
    """Add a strategy; refuse with 409 where its id is taken or it may not be what it asks to be."""
    if why := why_not_created(wanted.strategy_id, wanted, allow_live=ports.terms.allow_live):
        raise Refusal(409, why)
    now = ports.clock.now()
    strategy = StrategyConfiguration(
        **_settings(wanted), strategy_id=wanted.strategy_id, created_at=now, updated_at=now
    )
    if not await ports.strategies.add(strategy):
        raise Refusal(409, "A strategy of this id exists; change it with PUT, or choose another id")
    log.info("strategy.created", strategy_id=strategy.strategy_id, by=by, settings=_said(strategy))
    return strategy


async def find(strategy_id: str, ports: Ports) -> StrategyConfiguration:
    """Return one strategy; refuse with 404."""
    strategy = await ports.strategies.find(strategy_id)
    if strategy is None:
        raise Refusal(404, "No strategy has this id; GET /api/strategies lists them")
    return strategy


async def change(strategy_id: str, wanted: StrategySettings, by: str, ports: Ports) -> StrategyConfiguration:
    """Replace a strategy's settings; its version counts the changes."""
    before = await find(strategy_id, ports)
    standing = await _standing(strategy_id, ports)
    if why := why_not_changed(before, wanted, standing, allow_live=ports.terms.allow_live):
        raise Refusal(409, why)
    changed = {**_settings(wanted), "version": before.version + 1, "updated_at": ports.clock.now()}
    after = before.model_copy(update=changed)
    if not await ports.strategies.replace(after, before.version):
        raise Refusal(409, MOVED_ON)
    log.info("strategy.changed", strategy_id=strategy_id, by=by, before=_said(before), after=_said(after))
    return after


async def delete(strategy_id: str, by: str, ports: Ports) -> None:
    """Remove a strategy that has nothing in the market; its ledger stays."""
    before = await find(strategy_id, ports)
    if open_ := why_not_idle(await _standing(strategy_id, ports)):
        raise Refusal(409, f"The strategy {open_}; close those first, or set its status to INACTIVE")
    if not await ports.strategies.remove(strategy_id, before.version):
        raise Refusal(409, MOVED_ON)
    log.info("strategy.deleted", strategy_id=strategy_id, by=by, before=_said(before))


async def _standing(strategy_id: str, ports: Ports) -> Standing:
    orders = await ports.orders.live(strategy_id)
    held = [
        f"{chain.head.position.quantity:f} {instrument} on {name}"
        for name, account in ports.accounts.items()
        for (owner, instrument), chain in account.books.chains.items()
        if owner == strategy_id and chain.head.position.quantity
    ]
    return Standing(tuple(held), tuple(orders))


def _settings(wanted: StrategySettings) -> dict[str, object]:
    return {name: getattr(wanted, name) for name in StrategySettings.model_fields}


def _said(strategy: StrategyConfiguration) -> dict[str, object]:
    return strategy.model_dump(mode="json", exclude={"notes", "developer_contact", "created_at", "updated_at"})
