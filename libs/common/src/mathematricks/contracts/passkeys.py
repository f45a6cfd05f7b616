"""Passkeys: what a browser is asked for, what it shows, and what is kept of it. Bytes are base64url, unpadded."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mathematricks.contracts.base import Id, Instant, Message

Bytes = Annotated[str, Field(min_length=1, max_length=8_192, pattern=r"^[A-Za-z0-9_\-]+$")]
CredentialId = Annotated[str, Field(min_length=1, max_length=1_364, pattern=r"^[A-Za-z0-9_\-]+$")]
"""The authenticator's own name of a passkey, 1,023 bytes at most."""
PasskeyName = Annotated[str, Field(min_length=1, max_length=60, examples=["Phone"])]


class Passkey(Message):
    """One passkey of one person: its public key, and how often it says that it was used."""

    passkey_id: Id
    user_id: Id
    name: PasskeyName
    credential_id: CredentialId
    public_key: Bytes
    sign_count: int = Field(description="Of the last use; most authenticators that are synchronised stay at 0")
    added_at: Instant
    used_at: Instant | None = None


class UsedChallenge(Message):
    """A challenge that was answered, rightly or not: no other answer to it counts."""

    forget_at: Instant


class SignInWays(Message):
    """How one may sign in here, beside name and password."""

    passkeys: bool


class PasskeyRequest(Message):
    """What an authenticator must sign for its owner to be let in; user verification is required."""

    challenge: Bytes
    rp_id: str


class PasskeyCreation(PasskeyRequest):
    """What an authenticator needs to make a passkey that it can find by itself (a resident one)."""

    rp_name: str
    user_id: Bytes
    user_name: str
    algorithms: tuple[int, ...] = Field(description="COSE numbers, the preferred first")
    known: tuple[CredentialId, ...] = Field(description="Passkeys there are: an authenticator that has one makes none")


class PasskeyProof(Message):
    """What ``navigator.credentials.get`` answered."""

    credential_id: CredentialId
    client_data: Bytes
    authenticator_data: Bytes
    signature: Bytes
    user_handle: Bytes | None = None


class NewPasskey(Message):
    """What ``navigator.credentials.create`` answered, and what its owner calls it."""

    name: PasskeyName
    credential_id: CredentialId
    client_data: Bytes
    attestation: Bytes


class PasskeyLine(Message):
    """One of my passkeys."""

    passkey_id: Id
    name: str
    added_at: Instant
    used_at: Instant | None = None


class PasskeyList(Message):
    """My passkeys, the oldest first; ``offered`` where more can be added."""

    items: tuple[PasskeyLine, ...]
    offered: bool
