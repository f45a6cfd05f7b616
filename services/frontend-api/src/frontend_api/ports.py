"""What the frontend's API needs of the world, in its own words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
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
from mathematricks.contracts.people import AuditLine, Invitation, SecondFactor
from mathematricks.contracts.users import AuditEntry, AuditOutcome, LoginAttempts, Session, User
from mathematricks.runtime.clock import Clock

from frontend_api.domain.sessions import SessionTerms
from frontend_api.domain.visibility import Viewer


class Users(Protocol):
    """People who may log in."""

    async def named(self, name: str) -> User | None:
        """Return the user who logs in with *name*, in lower case."""

    async def find(self, user_id: str) -> User | None:
        """Return the user with this id."""

    async def all(self) -> Sequence[User]:
        """Return everyone, by name."""

    async def first_admin(self) -> User | None:
        """Return the oldest admin."""

    async def add(self, user: User) -> bool:
        """Add *user*; False where the name is taken."""

    async def replace(self, user: User, known: User) -> bool:
        """Put *user* in the place of *known*; False if another changed it meanwhile."""


class Sessions(Protocol):
    """Open browser sessions, by the hashes of their cookies."""

    async def add(self, session: Session) -> None:
        """Open it."""

    async def find(self, token_hash: str) -> Session | None:
        """Return the session that this is or was a cookie of, expired or not; None once it was ended."""

    async def named(self, session_id: str) -> Session | None:
        """Return the session, expired or not; None once it was ended."""

    async def touch(self, session: Session) -> None:
        """Record its last use; a session that was ended stays ended."""

    async def renew(self, session: Session, known: Session) -> bool:
        """Record its next cookie; False if another request was faster."""

    async def prove(self, session: Session) -> None:
        """Record when it showed a second factor."""

    async def of(self, user_id: str) -> Sequence[Session]:
        """Return a user's sessions, the last used first."""

    async def all(self) -> Sequence[Session]:
        """Return everyone's sessions."""

    async def end(self, user_id: str, session_id: str) -> bool:
        """End one session of a user; False where there is none."""

    async def end_others(self, user_id: str, but: str) -> None:
        """End every session of a user, except *but*."""


class SecondFactors(Protocol):
    """What people prove themselves with beside their passwords."""

    async def find(self, user_id: str) -> SecondFactor | None:
        """Return a user's second factor, set up or about to be."""

    async def all(self) -> Mapping[str, SecondFactor]:
        """Return everyone's, by user."""

    async def put(self, factor: SecondFactor) -> None:
        """Put it in the place of the one there was."""

    async def use_step(self, user_id: str, step: int) -> bool:
        """Use up every code up to *step*; False where that was done before."""

    async def use_recovery(self, user_id: str, hashed: str) -> bool:
        """Use up a recovery code; False where there is none such (any more)."""

    async def remove(self, user_id: str) -> bool:
        """Forget it; False where there was none."""


class Invitations(Protocol):
    """Invitations that wait to be accepted, by the hash of their token."""

    async def put(self, token_hash: str, invitation: Invitation) -> None:
        """Keep it; the user's others are void."""

    async def find(self, token_hash: str) -> Invitation | None:
        """Return it, expired or not."""

    async def take(self, token_hash: str) -> bool:
        """Use it up; False if another was faster."""

    async def withdraw(self, user_id: str) -> None:
        """Make a user's invitations void."""


class Sealer(Protocol):
    """Encryption of secrets that must be read back."""

    def seal(self, secret: str, owner: str) -> str:
        """Return *secret* sealed for *owner*."""

    def unseal(self, sealed: str, owner: str) -> str:
        """Return the secret again."""


class Attempts(Protocol):
    """Failed logins, by key."""

    async def find(self, key: str) -> LoginAttempts | None:
        """Return what is known of *key*."""

    async def charge(self, key: str, attempts: LoginAttempts, known: LoginAttempts | None) -> bool:
        """Put *attempts* in the place of *known*; False if another attempt was faster."""

    async def forgive(self, key: str) -> None:
        """Forget every failure of *key*."""

    async def refund(self, key: str) -> None:
        """Take back one failure of *key*."""


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


class Passwords(Protocol):
    """Slow hashes of passwords, computed where they hold up nobody."""

    async def hash(self, password: str) -> str:
        """Return the hash to keep."""

    async def matches(self, password: str, hashed: str | None) -> bool:
        """Return whether they belong together; None (nobody) takes as long as a wrong password."""


class TooManyLogins(Exception):
    """So many passwords wait to be hashed that another one would hold up everybody."""


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


class ChangesLost(Exception):
    """The view of what changes broke: whoever follows must begin again with a snapshot."""


@dataclass(frozen=True)
class Change:
    """That a document was written, with all that it says now, or removed."""

    collection: str
    key: str
    document: Mapping[str, Any] | None
    removed: bool = False


class Documents(Protocol):
    """The documents that pages draw, read-only."""

    async def all(self, collection: str) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """Return every document with its key."""

    def changes(self, collections: Sequence[str]) -> AbstractAsyncContextManager[AsyncIterator[Change | None]]:
        """
        Yield changes from now on, ended sessions among them (removed); None: nothing lately.

        Raises:
            ChangesLost: when they cannot be followed (any more).
        """


class Line(Protocol):
    """One browser's stream, as far as it was filled."""

    session_id: str
    ended: str | None

    def end(self, why: str) -> None:
        """End it, and wake whoever waits for news."""

    async def next(self, patience: float) -> bytes:
        """Return what waits, of each document the latest; nothing after *patience* seconds."""


class Live(Protocol):
    """The browsers that listen now."""

    def open(self, viewer: Viewer, session_id: str) -> Line:
        """Open a line; a session has a handful, then its oldest ends."""

    def hang_up(self, line: Any) -> None:
        """Forget a line."""

    def tell(self, event: str, key: str, frame_for: Callable[[Viewer], bytes | None]) -> None:
        """Put an event on every line whose viewer gets a frame of it."""

    def end_session(self, session_id: str) -> None:
        """End the lines of a session."""

    def end_all(self, why: str) -> None:
        """End every line; with "leaving" also those to come."""

    def anybody(self) -> bool:
        """Whether anyone listens."""

    async def somebody(self) -> None:
        """Return when anyone listens."""

    def follows(self, yes: bool) -> None:
        """Say whether changes are being followed now."""

    def is_followed(self) -> bool:
        """Whether changes are being followed now: what is read from then on misses none."""


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
        self, service: str, method: str, path: Sequence[str], params: Mapping[str, Any] | None = None, body: Any = None
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
    invitations: Invitations
    sealer: Sealer
    attempts: Attempts
    audit: Audit
    passwords: Passwords
    documents: Documents
    live: Live
    build: Callable[[], str]
    overviews: Overviews
    views: Views
    owners: Owners
    clock: Clock
    new_secret: Callable[[], str]
    keys: Keys
    session_terms: SessionTerms
    first_admin: FirstAdmin
