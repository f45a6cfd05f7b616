"""Passkeys: challenges that nobody else can make, and what an authenticator's answer to one proves."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mathematricks.contracts.base import derive_id
from mathematricks.contracts.passkeys import NewPasskey, Passkey, PasskeyLine, PasskeyProof
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor, parse_cbor
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    RegistrationCredential,
)

ANSWERED_WITHIN = timedelta(minutes=5)
MOST = 10
"""Passkeys that one person may have."""
ALGORITHMS = (
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
)
NONSENSE = (WebAuthnException, LookupError, TypeError, ValueError)
"""What the library raises about bytes that are no answer at all."""

Ceremony = Literal["add", "login"]


@dataclass(frozen=True)
class Site:
    """The one address that passkeys are made for and shown to."""

    origin: str

    @property
    def rp_id(self) -> str:
        """The name that authenticators know it by."""
        return self.origin.partition("://")[2].partition(":")[0]


@dataclass(frozen=True)
class Made:
    """A new passkey, as its authenticator described it."""

    credential_id: str
    public_key: str
    sign_count: int


def ticket_for(random: str, now: datetime) -> str:
    """Return what a browser keeps between the question and its answer: *random*, and when it is too late."""
    return f"{random}.{int((now + ANSWERED_WITHIN).timestamp())}"


def is_in_time(ticket: str, now: datetime) -> bool:
    """Return whether an answer under *ticket* still counts."""
    _, _, until = ticket.rpartition(".")
    return len(until) <= 12 and until.isascii() and until.isdigit() and now.timestamp() < int(until)


def challenge_of(ticket: str, ceremony: Ceremony, bound_to: str, key: str) -> bytes:
    """
    Return the challenge of *ticket*, for one ceremony and one session (login: none yet).

    Nothing is kept of it: without the key nobody makes the challenge of another ticket, time or session.
    """
    return hmac.new(key.encode(), f"{ceremony}\n{bound_to}\n{ticket}".encode("utf-8", "replace"), "sha256").digest()


def challenge_hash(challenge: bytes) -> str:
    """Return what a used challenge is remembered by."""
    return hashlib.sha256(challenge).hexdigest()


def passkey_id_of(credential_id: str) -> str:
    """Return our id of the authenticator's *credential_id*."""
    return derive_id("pk", credential_id)


def user_handle_of(user_id: str) -> str:
    """Return what an authenticator keeps to know its owner by: no name, no address."""
    return bytes_to_base64url(user_id.encode())


def made_by(shown: NewPasskey, challenge: bytes, site: Site) -> Made | None:
    """
    Return the passkey that answers *challenge* at *site* with user verification; None: it does not.

    What its maker attests about the device was not asked for: it is dropped, not parsed.
    """
    try:
        described = parse_cbor(base64url_to_bytes(shown.attestation))
        plain = encode_cbor({"fmt": "none", "attStmt": {}, "authData": described["authData"]})
        credential_id = base64url_to_bytes(shown.credential_id)
        verified = verify_registration_response(
            credential=RegistrationCredential(
                id=shown.credential_id,
                raw_id=credential_id,
                response=AuthenticatorAttestationResponse(
                    client_data_json=base64url_to_bytes(shown.client_data), attestation_object=plain
                ),
            ),
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=list(ALGORITHMS),
        )
    except NONSENSE:
        return None
    if verified.credential_id != credential_id:
        return None
    return Made(shown.credential_id, bytes_to_base64url(verified.credential_public_key), verified.sign_count)


def count_shown(shown: PasskeyProof, passkey: Passkey, challenge: bytes, site: Site) -> int | None:
    """
    Return how often *passkey* says it was used, where it answers *challenge* at *site*; None: it does not.

    The count is judged apart (``went_back``): only a signature that is right says anything about copies.
    """
    if shown.user_handle is not None and shown.user_handle != user_handle_of(passkey.user_id):
        return None
    try:
        return verify_authentication_response(
            credential=AuthenticationCredential(
                id=shown.credential_id,
                raw_id=base64url_to_bytes(shown.credential_id),
                response=AuthenticatorAssertionResponse(
                    client_data_json=base64url_to_bytes(shown.client_data),
                    authenticator_data=base64url_to_bytes(shown.authenticator_data),
                    signature=base64url_to_bytes(shown.signature),
                ),
            ),
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        ).new_sign_count
    except NONSENSE:
        return None


def went_back(known: int, shown: int) -> bool:
    """Return whether a count did not grow as it should: another authenticator holds the same key. 0 never counts."""
    return (known, shown) != (0, 0) and shown <= known


def line_of(passkey: Passkey) -> PasskeyLine:
    """Return what may be shown of *passkey*."""
    return PasskeyLine(**passkey.model_dump(include=set(PasskeyLine.model_fields)))
