"""What alerting needs of the world, in its own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mathematricks.contracts.alerts import Alert, AlertRecord, Severity
from mathematricks.runtime.clock import Clock


class AlertBook(Protocol):
    """Every alert ever raised."""

    async def about(self, alert: Alert) -> AlertRecord | None:
        """Return the record that has counted *alert* already, else the open one of its key."""

    async def find(self, alert_id: str) -> AlertRecord | None:
        """Return the record whose first occurrence has this id."""

    async def newest(self, limit: int, severities: Sequence[Severity]) -> Sequence[AlertRecord]:
        """Return up to *limit* records of these severities, the last seen first."""

    async def write(self, record: AlertRecord, known: AlertRecord | None) -> bool:
        """Put *record* in the place of *known* (None: it is new); False if another was faster."""


class Channel(Protocol):
    """A way to reach a person."""

    name: str

    async def tell(self, record: AlertRecord) -> None:
        """Tell it; raise if nobody can have heard."""


@dataclass(frozen=True)
class Ports:
    """Everything alerting's handlers and routes use."""

    alerts: AlertBook
    channels: tuple[Channel, ...]
    clock: Clock
