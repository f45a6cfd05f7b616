"""People: who they are, what role they have, their sessions and what they did."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from mathematricks.contracts.base import Id, Instant, Message

UserRole = Literal["admin", "client", "sender"]
TimeZone = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_+\-]{1,40}(/[A-Za-z0-9_+\-]{1,40}){0,2}$", examples=["Europe/Zurich"])
]
UserName = Annotated[str, Field(min_length=1, max_length=100)]
Password = Annotated[str, Field(min_length=1, max_length=256, repr=False)]
Need = Literal["code", "password", "enrolment"]
AuditOutcome = Literal["asked", "done", "refused", "failed"]


class User(Message):
    """One person. A client sees one client's capital, a sender one sender's signals."""

    user_id: Id
    name: UserName = Field(description="What they log in with, in lower case")
    role: UserRole
    client_id: Id | None = None
    sender: Id | None = None
    password_hash: str | None = Field(repr=False, description="None until they accept their invitation")
    must_change_password: bool = False
    second_factor_required: bool | None = Field(
        None, description="Whether they must show a second factor; None: as their role does. Admins always must"
    )
    time_zone: TimeZone = "UTC"
    disabled: bool = False
    created_at: Instant
    updated_at: Instant


class Session(Message):
    """
    An open browser session; its cookie changes every few minutes and is kept only as a hash.

    ``tokens`` holds the hashes of all its cookies, newest first: one shown after its successor was
    in use is in the wrong hands, or was, and ends the session.
    """

    session_id: Id
    tokens: tuple[str, ...] = Field((), repr=False)
    renewed_at: Instant | None = Field(None, description="When the newest cookie was given")
    taken_up_at: Instant | None = Field(None, description="When the newest cookie was first shown")
    user_id: Id
    opened_at: Instant
    seen_at: Instant
    idle_until: Instant = Field(description="It ends here unless it is used before")
    ends_at: Instant = Field(description="It ends here whatever happens")
    address: str
    browser: Annotated[str, Field(max_length=200)] = ""
    awaits_code: bool = Field(False, description="Half open: the password was right, the second factor is to come")
    proven_at: Instant | None = Field(None, description="When a second factor was last shown")


class LoginAttempts(Message):
    """Failed logins of one account name or one address, known here only by a keyed hash."""

    failures: int
    last_at: Instant
    forget_at: Instant


class AuditEntry(Message):
    """Who did what to what, with its state before and after; written before it is done, then closed."""

    at: Instant
    actor: str
    role: str
    action: Annotated[str, Field(examples=["auth.login", "strategies.update"])]
    subject: str
    outcome: AuditOutcome
    status: int | None = Field(None, description="HTTP status of the answer")
    address: str = ""
    before: Any = None
    after: Any = None


class LoginRequest(Message):
    """A name and a password."""

    name: UserName
    password: Password


class PasswordChange(Message):
    """The password one has and the one one wants."""

    current: Password
    new: Password


class Who(Message):
    """
    Who is logged in, and the token that each change must show in the header ``X-CSRF-Token``.

    ``needs`` is what must come before anything else is served: a code of the second factor
    (``POST /api/session/second-factor``), another password (``POST /api/auth/password``), or the
    setting up of a second factor (``POST /api/session/enrolment``).
    """

    name: str
    role: UserRole
    needs: Need | None = None
    must_change_password: bool = False
    time_zone: TimeZone = "UTC"
    second_factor: bool = Field(False, description="Whether this session has shown one")
    fresh_until: Instant | None = Field(None, description="Until when dangerous acts ask for no further code")
    csrf_token: str | None = Field(None, description="None for callers that show a bearer token: they need none")
    idle_until: Instant | None = None
    ends_at: Instant | None = None


class OpenSession(Message):
    """One of my sessions."""

    session_id: Id
    opened_at: Instant
    seen_at: Instant
    ends_at: Instant
    address: str
    browser: str
    current: bool


class SessionList(Message):
    """My open sessions, the last used first."""

    items: tuple[OpenSession, ...]
