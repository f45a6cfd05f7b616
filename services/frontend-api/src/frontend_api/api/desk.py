"""The admin's pages: the overview, activity, receipts, alerts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from mathematricks.contracts.alerts import Acknowledgement, AlertList, AlertRecord, Severity
from mathematricks.contracts.base import Mode
from mathematricks.contracts.dashboard import Overview
from mathematricks.contracts.decisions import Outcome
from mathematricks.contracts.receipts import DecisionLines, OrderLines, Receipt, SignalLines
from mathematricks.contracts.signal_health import SignalHealths
from pydantic import AwareDatetime

from frontend_api.api.who import CREDENTIALS, MAY_REFUSE, Here, Wired, guarded, not_there
from frontend_api.domain.visibility import Page
from frontend_api.handlers import activity, alerts, receipts

Limit = Annotated[int, Query(ge=1, le=500)]
Strategy = Annotated[str | None, Query(min_length=1, max_length=100)]
Before = Annotated[
    AwareDatetime | None, Query(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2099, 12, 31, tzinfo=UTC))
]
MODES: dict[str, Mode] = {"paper": "PAPER", "live": "LIVE"}


def page_router(page: Page) -> APIRouter:
    """Return a router for *page*, open to those who may see it."""
    return APIRouter(
        prefix="/api",
        tags=[page.value],
        route_class=guarded(page),
        responses=MAY_REFUSE,
        dependencies=CREDENTIALS,
    )


dashboard = page_router(Page.DASHBOARD)
signals = page_router(Page.SIGNALS)
receipt_page = page_router(Page.RECEIPT)
orders = page_router(Page.ORDERS)
decisions = page_router(Page.DECISIONS)
alert_page = page_router(Page.ALERTS)
routers = (dashboard, signals, receipt_page, orders, decisions, alert_page)


@dashboard.get("/dashboard")
async def overview(_: Here, ports: Wired, mode: Literal["paper", "live"] = "paper") -> Overview:
    """Return the overview of one mode; before there is one, an empty one with ``as_of`` null."""
    return await ports.overviews.newest(MODES[mode]) or Overview(mode=MODES[mode])


@signals.get("/signals")
async def newest_signals(
    here: Here, ports: Wired, limit: Limit = 50, strategy_id: Strategy = None, before: Before = None
) -> SignalLines:
    """Return the signals received, newest first, each with what was decided; *before* pages on."""
    asked = {"limit": limit, "strategy_id": strategy_id, "before": before.isoformat() if before else None}
    return await activity.newest_signals(here.viewer, asked, ports)


@signals.get("/signal-health")
async def signal_health(here: Here, ports: Wired) -> SignalHealths:
    """Return how each strategy's signals come in: gaps, sides twice, silence, positions believed otherwise."""
    return await activity.signal_health(here.viewer, ports)


@receipt_page.get("/signals/{name:path}/receipt")
async def receipt(name: Annotated[str, Path(min_length=1, max_length=200)], here: Here, ports: Wired) -> Receipt:
    """Return everything that became of one signal; *name* is our id, or the sender's signalID (the newest)."""
    found = await receipts.receipt(here.viewer, name, ports)
    if found is None:
        raise not_there()
    return found


@orders.get("/orders")
async def newest_orders(
    _: Here,
    ports: Wired,
    limit: Limit = 50,
    strategy_id: Strategy = None,
    signal_id: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    live: bool | None = None,
) -> OrderLines:
    """Return the orders, newest first; *live*: only those that may still fill, or only those that cannot."""
    asked = {"limit": limit, "strategy_id": strategy_id, "signal_id": signal_id, "live": live}
    return await activity.newest_orders(asked, ports)


@decisions.get("/decisions")
async def newest_decisions(
    _: Here, ports: Wired, limit: Limit = 50, strategy_id: Strategy = None, outcome: Outcome | None = None
) -> DecisionLines:
    """Return the decisions, newest first, with how each leg was sized."""
    asked = {"limit": limit, "strategy_id": strategy_id, "outcome": outcome}
    return await activity.newest_decisions(asked, ports)


@alert_page.get("/alerts")
async def newest_alerts(_: Here, ports: Wired, limit: Limit = 50, severity: Severity = "info") -> AlertList:
    """Return the alerts of this severity or worse, the last seen first."""
    return await alerts.newest(limit, severity, ports)


@alert_page.post("/alerts/{alert_id}/acknowledge")
async def acknowledge(
    alert_id: Annotated[str, Path(min_length=1, max_length=200)],
    acknowledgement: Acknowledgement,
    here: Here,
    ports: Wired,
) -> AlertRecord:
    """Take note of an alert, in one's own name."""
    return await alerts.acknowledge(alert_id, acknowledgement.note, here.viewer, here.browser, ports)
