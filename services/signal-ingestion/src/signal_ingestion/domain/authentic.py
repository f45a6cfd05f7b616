"""Who sent a body: fingerprints of secrets, and signatures over what was signed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from signal_ingestion.domain.parse import unwrap
from signal_ingestion.domain.refused import Refused
from signal_ingestion.domain.shape import Tree

CLOCK_TOLERANCE_SECONDS = 300
_HEADERS = ("sender", "timestamp", "nonce", "signature")
MAC_HEADERS = {name: f"x-mathematricks-{name}" for name in _HEADERS}

WRONG_PASSPHRASE = "Unauthorized: Invalid passphrase"  # noqa: S105 - an answer, not a secret
WRONG_TOKEN = "Unauthorized: Invalid token"  # noqa: S105
WRONG_SIGNATURE = "Unauthorized: Invalid signature"
UNKNOWN_SENDER = "Unauthorized: No sender of this name, or none that lists this strategy"
OLD_SIGNATURE = "Unauthorized: The signature's timestamp is more than 300 s from our clock"
REPLAYED_NONCE = "Unauthorized: This nonce was used for another body"


@dataclass(frozen=True)
class Signature:
    """What a signing sender shows beside the body."""

    sender: str
    timestamp: str
    nonce: str
    signature: str


def fingerprint(secret: str, pepper: str) -> str:
    """Return what a secret is stored as and found by: SHA-256 of *pepper* and *secret*, in hex."""
    return hashlib.sha256((pepper + secret).encode("utf-8", "surrogatepass")).hexdigest()


def sha256(body: bytes) -> str:
    """Return the SHA-256 of *body* in hex."""
    return hashlib.sha256(body).hexdigest()


def passphrase_in(body: Tree) -> str | None:
    """Return the passphrase that a body shows, inside a forwarder's wrapper or on it."""
    for place in (unwrap(body), body):
        if isinstance(shown := place.get("passphrase"), str) and shown:
            return shown
    return None


def signature_in(headers: Mapping[str, str]) -> Signature | None:
    """Return the signature that lower-case *headers* hold; None unless one of them stands there."""
    shown = {name: headers.get(header, "") for name, header in MAC_HEADERS.items()}
    return Signature(**shown) if any(shown.values()) else None


def mac_of(key: str, shown: Signature, body: bytes) -> str:
    """Return the hex HMAC-SHA256 over ``v1``, sender, timestamp, nonce and the raw body, a line each."""
    signed = f"v1\n{shown.sender}\n{shown.timestamp}\n{shown.nonce}\n".encode() + body
    return hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()


def verify(shown: Signature, body: bytes, keys: list[str], now: datetime) -> None:
    """
    Return if one of the sender's *keys* made the signature, within 300 s of *now*.

    Raises:
        Refused: 401. Every key is tried and compared in constant time.
    """
    claimed = shown.signature.strip().lower().encode("utf-8", "replace")
    matches = [hmac.compare_digest(mac_of(key, shown, body).encode(), claimed) for key in keys]
    if not any(matches) or not 8 <= len(shown.nonce) <= 128:
        raise Refused(401, WRONG_SIGNATURE)
    if abs(now.timestamp() - _seconds(shown.timestamp)) > CLOCK_TOLERANCE_SECONDS:
        raise Refused(401, OLD_SIGNATURE)


def _seconds(text: str) -> float:
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Refused(401, WRONG_SIGNATURE)
    return float(text)
