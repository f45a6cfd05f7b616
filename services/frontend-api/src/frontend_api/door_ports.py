"""What letting people in needs of the world: who they are, their sessions, and what they prove themselves with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mathematricks.contracts.passkeys import Passkey
from mathematricks.contracts.people import Invitation, SecondFactor
from mathematricks.contracts.users import LoginAttempts, Session, User


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


class Passkeys(Protocol):
    """People's passkeys, and which challenges were answered."""

    async def find(self, passkey_id: str) -> Passkey | None:
        """Return the passkey with this id."""

    async def of(self, user_id: str) -> Sequence[Passkey]:
        """Return a user's passkeys, the oldest first."""

    async def add(self, passkey: Passkey) -> bool:
        """Keep it; False where it is somebody's already."""

    async def use(self, passkey: Passkey, sign_count: int, now: datetime) -> bool:
        """Record its use; False if it was used or removed meanwhile."""

    async def remove(self, user_id: str, passkey_id: str) -> bool:
        """Forget one passkey of a user; False where there is none."""

    async def remove_all(self, user_id: str) -> None:
        """Forget every passkey of a user."""

    async def use_challenge(self, hashed: str, forget_at: datetime) -> bool:
        """Use up a challenge; False where that was done before."""


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


class Passwords(Protocol):
    """Slow hashes of passwords, computed where they hold up nobody."""

    async def hash(self, password: str) -> str:
        """Return the hash to keep."""

    async def matches(self, password: str, hashed: str | None) -> bool:
        """Return whether they belong together; None (nobody) takes as long as a wrong password."""


class TooManyLogins(Exception):
    """So many passwords wait to be hashed that another one would hold up everybody."""
