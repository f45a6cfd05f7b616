"""What the dashboard processor needs of the world, in its own words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from mathematricks.contracts.base import Mode
from mathematricks.contracts.dashboard import Overview, ServiceHealth
from mathematricks.runtime.clock import Clock

from dashboard_processor.domain.overview import Seen, Terms
from dashboard_processor.records import MoneyRecords, RowStore, SignalTrails, Views


class Section(Enum):
    """A part of the records that changes on its own."""

    ACCOUNTS = "accounts"
    ACTIVITY = "activity"
    ALERTS = "alerts"


class Changes(Protocol):
    """Which sections may have changed since they were last read."""

    def mark(self, *sections: Section) -> None:
        """Something just happened: the section is due, and once more when its writers have settled."""

    def suspect(self, *sections: Section) -> None:
        """Something may have happened unseen: the section is due, once."""

    def take(self) -> Collection[Section]:
        """Return what is due now."""


class Records(Protocol):
    """The raw records of the other services, read-only."""

    async def read(self, sections: Collection[Section]) -> Seen:
        """Return everything seen, with *sections* read anew."""


class Services(Protocol):
    """The services of the desk, as seen from here."""

    async def probe(self) -> None:
        """Ask each whether it is ready."""

    def health(self) -> Sequence[ServiceHealth]:
        """Return what the last probe of each said."""

    def remember(self, health: Sequence[ServiceHealth]) -> None:
        """Go on from what was known before a restart."""


class Overviews(Protocol):
    """The documents that this service writes."""

    async def newest(self, mode: Mode) -> Overview | None:
        """Return the document of *mode*."""

    async def write(self, overview: Overview) -> None:
        """Put it in the place of an older one; a newer one stays."""


@dataclass(frozen=True)
class Ports:
    """Everything the dashboard processor's handlers and jobs use."""

    changes: Changes
    records: Records
    services: Services
    overviews: Overviews
    money: MoneyRecords
    trails: SignalTrails
    views: Views
    rows: RowStore
    terms: Terms
    clock: Clock
