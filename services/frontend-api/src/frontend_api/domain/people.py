"""People: what they are called, whether they need a second factor, and what must come before all else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from mathematricks.contracts.base import derive_id
from mathematricks.contracts.people import Invitation, NewUser, SecondFactor, UserLine
from mathematricks.contracts.users import Need, Session, User

from frontend_api.domain.passwords import normal

INVITED_FOR = timedelta(hours=72)
BY_DEFAULT = frozenset({"admin", "sender"})


def login_name(typed: str) -> str:
    """Return the name that *typed* stands for: case and spaces around it do not count."""
    return normal(typed).strip().casefold()


def needs_second_factor(user: User) -> bool:
    """Return whether *user* must show one: admins always, senders unless told otherwise, clients where they chose."""
    if user.role == "admin" or user.second_factor_required is None:
        return user.role in BY_DEFAULT
    return user.second_factor_required


def need_of(user: User, session: Session) -> Need | None:
    """Return what must come before anything else is served in *session*; None: nothing."""
    if session.awaits_code:
        return "code"
    if user.must_change_password:
        return "password"
    if needs_second_factor(user) and session.proven_at is None:
        return "enrolment"
    return None


def invited(new: NewUser, now: datetime) -> User:
    """Return the user that *new* describes, without a password as yet."""
    name = login_name(new.name)
    return User(
        user_id=derive_id("u", name),
        **new.model_dump(exclude={"name"}),
        name=name,
        password_hash=None,
        created_at=now,
        updated_at=now,
    )


def invitation_for(user: User, by: str, now: datetime) -> Invitation:
    """Return an invitation from now on."""
    return Invitation(user_id=user.user_id, by=by, expires_at=now + INVITED_FOR)


def line_of(user: User, factor: SecondFactor | None, sessions: list[Session]) -> UserLine:
    """Return *user* as admins see them."""
    return UserLine(
        user_id=user.user_id,
        name=user.name,
        role=user.role,
        client_id=user.client_id,
        sender=user.sender,
        time_zone=user.time_zone,
        status=status_of(user),
        second_factor=factor is not None and factor.sealed is not None,
        second_factor_required=needs_second_factor(user),
        sessions=len(sessions),
        last_seen_at=max((session.seen_at for session in sessions), default=None),
        created_at=user.created_at,
    )


def status_of(user: User) -> Literal["invited", "active", "disabled"]:
    """Return whether *user* may log in, or has yet to choose a password."""
    if user.disabled:
        return "disabled"
    return "active" if user.password_hash else "invited"
