"""The admin's views beside the overview: each mode's fund and equity, strategy cards, the allocation."""

from __future__ import annotations

from typing import Literal

from mathematricks.contracts.money_views import AllocationView, EquityCurves, FundView, StrategyCards

from frontend_api.api.desk import MODES, page_router
from frontend_api.api.who import Here, Wired
from frontend_api.domain.visibility import Page

router = page_router(Page.DASHBOARD)


@router.get("/dashboard/fund")
async def fund(_: Here, ports: Wired, mode: Literal["paper", "live"] = "paper") -> FundView:
    """Return what one mode's fund is worth and whose it is; before there is one, an empty one."""
    return await ports.views.fund(MODES[mode]) or FundView(mode=MODES[mode])


@router.get("/dashboard/equity")
async def equity(_: Here, ports: Wired, mode: Literal["paper", "live"] = "paper") -> EquityCurves:
    """Return one mode's equity over a day, a month and all time, with drawdown and cash flows."""
    return await ports.views.equity(MODES[mode]) or EquityCurves(mode=MODES[mode])


@router.get("/dashboard/strategies")
async def cards(_: Here, ports: Wired) -> StrategyCards:
    """Return one card per strategy: status, account, mode, allocation, P&L, last signal."""
    return StrategyCards(items=tuple(await ports.views.strategies()))


@router.get("/dashboard/allocations")
async def allocations(_: Here, ports: Wired) -> AllocationView:
    """Return the ACTIVE allocation beside the newest proposal, and how alike the strategies are."""
    return await ports.views.allocation() or AllocationView()
