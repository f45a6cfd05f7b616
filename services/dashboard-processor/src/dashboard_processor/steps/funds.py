"""Each mode's fund: struck at every midnight, told with its clients as it stands now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import structlog
from mathematricks.accounting.position import total
from mathematricks.accounting.units import Unpriceable, total_units
from mathematricks.contracts.base import Mode
from mathematricks.contracts.clients import HOUSE, Flow
from mathematricks.contracts.money_views import FundView, NavRecord

from dashboard_processor.domain.clients import Told, Worth, client_view, fund_view, holdings, in_transit, nav_record
from dashboard_processor.domain.curves import told_in
from dashboard_processor.ports import Ports
from dashboard_processor.records import AccountWorth
from dashboard_processor.steps.owing import Stands, fees_in, owed_at

log = structlog.get_logger(__name__)
A_DAY = timedelta(days=1)
SETTLING = timedelta(minutes=10)
"""A day is struck this long after its midnight: its last equity points are written by then."""
EXPECTED_EVERY = 20.0


async def tell_fund(mode: Mode, stands: Sequence[Stands], ports: Ports) -> None:
    """Strike the days that are over, and write the fund's document and each client's."""
    now, flows = ports.clock.now(), await ports.money.flows(mode)
    currency = flows[-1].currency if flows else ports.terms.currency
    navs = await _struck(mode, currency, flows, ports)
    accounts = await ports.money.worth_now(mode)
    owed = [(one.agreement.currency, one.running.owed) for one in stands if one.mode == mode]
    worth = _worth(accounts, currency, now, flows, owed)
    if worth is None:
        why = f"The equity of an account, or a sender's fee, cannot be told in {currency}: its rate is not known"
        await ports.views.write(FundView(mode=mode, currency=currency, incomplete=why, as_of=now))
        return
    told = Told(mode, currency, flows, navs, worth, await ports.money.clients(), EXPECTED_EVERY)
    await ports.views.write(fund_view(told))
    for client_id in sorted({HOUSE, *(each.client_id for each in told.clients.values() if each.mode == mode)}):
        if client_id != HOUSE or flows:
            await ports.views.write(client_view(told, client_id))


async def _struck(mode: Mode, currency: str, flows: Sequence[Flow], ports: Ports) -> list[NavRecord]:
    """Return every daily value, the new ones struck: from the first flow's day on, none where nothing was known."""
    navs = list(await ports.views.navs(mode))
    if not flows:
        return navs
    at = _midnight(navs[-1].at if navs else flows[0].at)
    while (at := at + A_DAY) + SETTLING <= ports.clock.now():
        nav = await _strike(mode, currency, [flow for flow in flows if flow.at <= at], at, ports)
        if nav is not None:
            await ports.views.strike(nav)
            navs.append(nav)
    return navs


async def _strike(mode: Mode, currency: str, flows: Sequence[Flow], at: datetime, ports: Ports) -> NavRecord | None:
    accounts = await ports.money.worth_at(mode, at)
    worth = _worth(accounts, currency, at, flows, await owed_at(mode, at, ports)) if accounts else None
    if worth is None:
        return None
    try:
        return nav_record(mode, currency, f"{at - A_DAY:%Y-%m-%d}", worth, total_units(holdings(flows)))
    except Unpriceable:
        log.warning("fund.unpriceable", mode=mode, at=at.isoformat())
        return None


def _worth(
    accounts: Sequence[AccountWorth],
    currency: str,
    at: datetime,
    flows: Sequence[Flow],
    owed: Sequence[tuple[str, Decimal]],
) -> Worth | None:
    equities = [told_in(currency, one.equity, one.base_currency, one.rates) for one in accounts]
    fees = fees_in(currency, owed, accounts)
    if fees is None or None in equities:
        return None
    return Worth(at, total(each for each in equities if each is not None), in_transit(flows, at), fees)


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC)
