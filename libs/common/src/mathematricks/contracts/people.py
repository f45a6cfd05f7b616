"""Letting people in and keeping watch: users, invitations, second factors, and the audit trail as it is read."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mathematricks.contracts.base import Id, Instant, Message
from mathematricks.contracts.users import AuditEntry, Password, TimeZone, UserName, UserRole

Code = Annotated[str, Field(min_length=6, max_length=40, repr=False, examples=["123456"])]
"""Six digits of an authenticator, or a recovery code; spaces and dashes do not count."""
RIGHT = {"client": "client_id", "sender": "sender"}


class SecondFactor(Message):
    """What one person proves themselves with beside the password; secrets are sealed, recovery codes hashed."""

    user_id: Id
    sealed: str | None = Field(None, repr=False, description="The authenticator's secret; None until it is set up")
    pending: str | None = Field(None, repr=False, description="A secret handed out, until a code confirms it")
    last_step: int = Field(-1, description="30 second step of the last code taken; no older one is taken again")
    recovery: tuple[str, ...] = Field((), repr=False)
    updated_at: Instant


class Invitation(Message):
    """A person may choose a password with it, once; it is kept under its hash alone."""

    user_id: Id
    by: str
    expires_at: Instant


class NewUser(Message):
    """A person to let in: a client names whose capital they see, a sender whose signals."""

    name: UserName
    role: UserRole
    client_id: Id | None = None
    sender: Id | None = None
    time_zone: TimeZone = "UTC"
    second_factor_required: bool | None = None

    @model_validator(mode="after")
    def _bound(self) -> Self:
        for role, field in RIGHT.items():
            if (self.role == role) != (getattr(self, field) is not None):
                raise ValueError(f"{field} belongs to every {role}, and to nobody else")
        if self.role == "admin" and self.second_factor_required is False:
            raise ValueError("admins always need a second factor")
        return self


class UserChange(Message):
    """What may be changed of a user; what is left out stays."""

    time_zone: TimeZone | None = None
    second_factor_required: bool | None = None


class ZoneChoice(Message):
    """The time zone in which one wants to read."""

    time_zone: TimeZone


class UserLine(Message):
    """One person, as admins see them."""

    user_id: Id
    name: str
    role: UserRole
    client_id: Id | None = None
    sender: Id | None = None
    time_zone: TimeZone
    status: Literal["invited", "active", "disabled"]
    second_factor: bool = Field(description="Whether one is set up")
    second_factor_required: bool
    sessions: int = Field(description="Open now")
    last_seen_at: Instant | None = None
    created_at: Instant


class UserList(Message):
    """Everyone who may log in, by name."""

    items: tuple[UserLine, ...]


class Invited(Message):
    """An invitation; the token is shown this once."""

    user: UserLine
    token: str = Field(repr=False)
    expires_at: Instant


class InvitationView(Message):
    """Whom an invitation is for."""

    name: str
    role: UserRole


class Acceptance(Message):
    """The password that the invited person chose."""

    password: Password


class CodeShown(Message):
    """A code of the authenticator, or a recovery code."""

    code: Code


class Qr(Message):
    """A QR code as one SVG path of unit squares, quiet zone included: ``<svg viewBox="0 0 size size">``."""

    size: int
    path: str


class Enrolment(Message):
    """What an authenticator app needs, shown this once; a code from it confirms the enrolment."""

    secret: str = Field(repr=False, description="Base32, for those who cannot scan")
    uri: str = Field(repr=False)
    qr: Qr = Field(repr=False)


class RecoveryCodes(Message):
    """Each lets one in once in the place of a code; they are shown this once."""

    codes: tuple[str, ...] = Field(repr=False)


class SecondFactorView(Message):
    """How one's own second factor stands."""

    enrolled: bool
    required: bool
    recovery_codes_left: int


class AuditLine(AuditEntry):
    """One entry of the trail."""

    entry_id: Id


class AuditTrail(Message):
    """Entries, the newest first; ``next`` goes into ``before`` to read on, null at the end."""

    items: tuple[AuditLine, ...]
    next: Id | None = None
