"""Collections of people: who they are, their sessions, what they prove themselves with, and what they did."""

from __future__ import annotations

from mathematricks.contracts.base import Collection, Index
from mathematricks.contracts.passkeys import Passkey, UsedChallenge
from mathematricks.contracts.people import Invitation, SecondFactor
from mathematricks.contracts.users import AuditEntry, LoginAttempts, Session, User

__all__ = [
    "AUDIT_TRAIL",
    "INVITATIONS",
    "LOGIN_ATTEMPTS",
    "PASSKEYS",
    "SECOND_FACTORS",
    "SESSIONS",
    "USED_CHALLENGES",
    "USERS",
]

USERS = Collection(
    "users", "frontend-api", "People and their roles", indexes=(Index((("name", 1),), unique=True),), model=User
)
SESSIONS = Collection(
    "sessions",
    "frontend-api",
    "Open browser sessions, with the hashes of their cookies",
    indexes=(Index((("user_id", 1),)), Index((("tokens", 1),)), Index((("ends_at", 1),), expire_after_seconds=0)),
    model=Session,
)
SECOND_FACTORS = Collection(
    "second_factors",
    "frontend-api",
    "Authenticator secrets, sealed, and recovery codes, hashed, by user",
    model=SecondFactor,
)
PASSKEYS = Collection(
    "passkeys",
    "frontend-api",
    "Public keys of people's passkeys, and how often each was used",
    indexes=(Index((("user_id", 1),)),),
    model=Passkey,
)
USED_CHALLENGES = Collection(
    "used_challenges",
    "frontend-api",
    "Challenges that a passkey answered, by hash, until they are too old anyway",
    indexes=(Index((("forget_at", 1),), expire_after_seconds=0),),
    model=UsedChallenge,
)
INVITATIONS = Collection(
    "invitations",
    "frontend-api",
    "Invitations that wait to be accepted, by the hash of their token",
    indexes=(Index((("user_id", 1),)), Index((("expires_at", 1),), expire_after_seconds=0)),
    model=Invitation,
)
LOGIN_ATTEMPTS = Collection(
    "login_attempts",
    "frontend-api",
    "Failed logins per account and address, by keyed hash, until they are forgotten",
    indexes=(Index((("forget_at", 1),), expire_after_seconds=0),),
    model=LoginAttempts,
)
AUDIT_TRAIL = Collection(
    "audit_trail",
    "frontend-api",
    "Who did what, before and after",
    indexes=(Index((("at", -1),)), Index((("actor", 1), ("at", -1)))),
    model=AuditEntry,
)
