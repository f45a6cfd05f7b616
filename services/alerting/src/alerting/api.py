"""What alerting serves: the alerts, and taking note of one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from mathematricks.contracts.alerts import Acknowledgement, AlertList, AlertRecord, NotificationList, Severity
from mathematricks.contracts.rest import Failure
from mathematricks.runtime.http import caller_of, ports_of, require
from mathematricks.runtime.tokens import Caller

from alerting import handlers
from alerting.domain.severity import at_least
from alerting.ports import Ports

REFUSALS: dict[int | str, dict[str, Any]] = {status: {"model": Failure} for status in (401, 403, 422, 503)}
router = APIRouter(
    prefix="/api/v1/alerts", tags=["alerts"], dependencies=[require("service", "admin")], responses=REFUSALS
)


@router.get("")
async def newest_alerts(
    ports: Annotated[Ports, Depends(ports_of)],
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    severity: Annotated[Severity, Query(description="This urgent or more")] = "info",
) -> AlertList:
    """Return the alerts, the last seen first."""
    return AlertList(items=tuple(await ports.alerts.newest(limit, at_least(severity))))


@router.get("/{alert_id}/notifications")
async def notifications_of(
    alert_id: Annotated[str, Path(min_length=1, max_length=200)], ports: Annotated[Ports, Depends(ports_of)]
) -> NotificationList:
    """Return what was sent to people about an alert, and what is owed to them."""
    return NotificationList(items=tuple(await ports.pages.of(alert_id)))


@router.post("/{alert_id}/acknowledge", responses={404: {"model": Failure}, 409: {"model": Failure}})
async def acknowledge_alert(
    alert_id: Annotated[str, Path(min_length=1, max_length=200)],
    acknowledgement: Acknowledgement,
    caller: Annotated[Caller, Depends(caller_of)],
    ports: Annotated[Ports, Depends(ports_of)],
) -> AlertRecord:
    """
    Take note of an alert; the next one with its key is a new alert.

    Only a service may name the person it asks for; anybody else is who the token says.
    """
    by = acknowledgement.by if caller.role == "service" and acknowledgement.by else caller.name
    return await handlers.acknowledge(alert_id, by, acknowledgement.note, ports)
