"""What the frontend's API needs of the world, in its own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from mathematricks.contracts.agreements import Statement
from mathematricks.contracts.base import Mode
from mathematricks.contracts.dashboard import Overview
from mathematricks.contracts.money_views import (
    AllocationView,
    ClientView,
    EquityCurves,
    FundView,
    SenderView,
    SignalRow,
    StrategyCard,
)
from mathematricks.contracts.people import AuditLine
from mathematricks.contracts.users import AuditEntry, AuditOutcome
from mathematricks.messaging.bus import Bus
from mathematricks.runtime.clock import Clock
from mathematricks.runtime.seats import Seats

from frontend_api.domain.passkeys import Site
from frontend_api.domain.sessions import SessionTerms
from frontend_api.door_ports import (
    Attempts,
    Invitations,
    Passkeys,
    Passwords,
    Sealer,
    SecondFactors,
    Sessions,
    Users,
)
from frontend_api.live_ports import Documents, Live


@dataclass(frozen=True)
class AuditQuestion:
    """Which entries of the trail to show: *action* is one, or the beginning of several up to a dot."""

    limit: int
    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    before: str | None = None


class Audit(Protocol):
    """The trail of who did what."""

    async def begin(self, entry: AuditEntry) -> Any:
        """Write *entry* durably before it is done; return its identity."""

    async def close(self, identity: Any, outcome: AuditOutcome, status: int, after: Any) -> None:
        """Add how it ended."""

    async def newest(self, asked: AuditQuestion) -> Sequence[AuditLine]:
        """Return entries, the newest first."""


class Overviews(Protocol):
    """The dashboard documents, read-only."""

    async def newest(self, mode: Mode) -> Overview | None:
        """Return the overview of *mode*."""


class Views(Protocol):
    """The documents of what people own and are owed, read-only."""

    async def fund(self, mode: Mode) -> FundView | None:
        """Return the fund of *mode*."""

    async def equity(self, mode: Mode) -> EquityCurves | None:
        """Return the equity curves of *mode*."""

    async def strategies(self) -> Sequence[StrategyCard]:
        """Return every strategy's card, by id."""

    async def allocation(self) -> AllocationView | None:
        """Return the allocation beside its proposal."""

    async def client(self, client_id: str, mode: Mode | None = None) -> ClientView | None:
        """Return one client's document; a client has one mode, the house has two."""

    async def senders(self, mode: Mode) -> Sequence[SenderView]:
        """Return every sender's document of *mode*."""

    async def sender(self, sender: str, mode: Mode) -> SenderView | None:
        """Return one sender's document of *mode*."""

    async def signals(self, sender: str, mode: Mode, before: datetime | None, limit: int) -> Sequence[SignalRow]:
        """Return a sender's signals received before *before*, the newest first."""

    async def statements(self, asked: dict[str, str]) -> Sequence[Statement]:
        """Return the statements with these fields, the newest first."""


PATIENCE = 5.0
"""Seconds that an owner of records usually has to answer."""


class OwnerSilent(Exception):
    """A service did not answer, or not sensibly."""


@dataclass(frozen=True)
class Answer:
    """What a service answered: HTTP status and JSON."""

    status: int
    body: Any


class Owners(Protocol):
    """The services that own the records, asked over internal HTTP."""

    async def ask(
        self,
        service: str,
        method: str,
        path: Sequence[str],
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        *,
        patience: float = PATIENCE,
    ) -> Answer:
        """
        Return the answer of *service* to a request for the path made of these parts.

        Raises:
            OwnerSilent: It did not answer in time, or broke.
        """


@dataclass(frozen=True)
class Keys:
    """What is derived from the deployment's key, one secret per purpose."""

    csrf: str
    attempts: str
    recovery: str
    passkeys: str


@dataclass(frozen=True)
class FirstAdmin:
    """How the first admin gets a password: a *given* one, or an invented one that is *told* once."""

    name: str
    given: str | None = None
    told: Callable[[str], None] | None = None


@dataclass(frozen=True)
class Ports:
    """Everything the frontend API's handlers and routes use."""

    users: Users
    sessions: Sessions
    second_factors: SecondFactors
    passkeys: Passkeys
    invitations: Invitations
    sealer: Sealer
    attempts: Attempts
    audit: Audit
    passwords: Passwords
    documents: Documents
    live: Live
    followers: Seats
    build: Callable[[], str]
    overviews: Overviews
    views: Views
    owners: Owners
    bus: Bus
    clock: Clock
    new_secret: Callable[[], str]
    keys: Keys
    site: Site | None
    session_terms: SessionTerms
    first_admin: FirstAdmin
