"""The control of a venue that was started with faults: arm them, count them, and ask for the venue's own truth."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from execution.adapters.paper.engine.accounts import EPOCH
from execution.ports import BrokerFill
from mathematricks.contracts.collections import PAPER_ORDERS
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mathematricks_cli.console import as_text
from mathematricks_cli.venue.faults import Fault
from mathematricks_cli.venue.floor import OWN, Floor
from mathematricks_cli.venue.wires import Wires

FAULTS, TALLY = "/control/faults", "/control/tally"


class Control:
    """Routes that exist only where they were asked for."""

    def __init__(self, floor: Floor, wires: Wires) -> None:
        self._floor, self._wires = floor, wires

    def routes(self) -> list[Route]:
        """Return the control API."""
        return [
            Route(FAULTS, self.list, methods=["GET"]),
            Route(FAULTS, self.arm, methods=["POST"]),
            Route(FAULTS, self.clear, methods=["DELETE"]),
            Route(TALLY, self.tally, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        """Tell what is armed, and how often each has struck."""
        return _json(self._floor.faults.as_document())

    async def arm(self, request: Request) -> Response:
        """Arm one fault; those that need no occasion strike at once."""
        try:
            fault = Fault.model_validate_json(await request.body())
        except ValidationError as error:
            wrong = error.errors(include_input=False, include_url=False, include_context=False)
            return _json({"error": str(wrong)}, 422)
        self._floor.faults.arm(fault)
        await self._strike_now(fault)
        return _json(self._floor.faults.as_document())

    async def clear(self, request: Request) -> Response:
        """Disarm everything."""
        self._floor.faults.clear()
        return _json(self._floor.faults.as_document())

    async def tally(self, request: Request) -> Response:
        """Tell what the venue has accepted, done and holds."""
        return _json(await tally_of(self._floor))

    async def _strike_now(self, fault: Fault) -> None:
        faults = self._floor.faults
        if fault.kind == "disconnect" and (struck := faults.strike("disconnect")):
            self._wires.cut(struck.seconds)
        elif fault.kind == "reused_ids" and (struck := faults.strike("reused_ids", fault.account, fault.instrument)):
            self._floor.reuse_ids(struck.account)
            self._wires.cut(struck.seconds)
        elif fault.kind == "liquidation":
            await self._floor.liquidate()


async def tally_of(floor: Floor) -> dict[str, Any]:
    """Return the venue's own truth: what it accepted (by our ids), every execution, positions, what works."""
    venue = floor.venue
    accounts = list(venue.accounts())
    snapshots = await asyncio.gather(*(venue.snapshot(name) for name in accounts))
    fills = [fill for name in accounts for fill in await venue.executions(name, EPOCH)]
    working = [state for name in accounts for state in await venue.open_orders(name)]
    return {
        "acceptances": await _acceptances(floor),
        "executions": [_execution(floor.shown(fill)) for fill in fills],
        "positions": {
            each.account: {position.instrument: str(position.quantity) for position in each.open_positions}
            for each in snapshots
        },
        "open_orders": [state.client_order_id for state in working],
    }


async def _acceptances(floor: Floor) -> dict[str, int]:
    accepted: Counter[str] = Counter()
    async for order in floor.db[PAPER_ORDERS.name].find({"status": {"$ne": "REJECTED"}}, {"client_order_id": 1}):
        if not order["client_order_id"].startswith(OWN):
            accepted[order["client_order_id"]] += 1
    return dict(accepted)


def _execution(fill: BrokerFill) -> dict[str, Any]:
    return {
        "execution_id": fill.execution_id,
        "client_order_id": fill.client_order_id,
        "account": fill.account,
        "instrument": fill.contract.key,
        "side": fill.side,
        "quantity": str(fill.quantity),
        "price": str(fill.price),
        "venue_time": fill.executed_at.isoformat(),
    }


def _json(document: Any, status: int = 200) -> Response:
    return Response(as_text(document), status, media_type="application/json")
