"""Signing a body, for senders who can: HMAC-SHA256 over who, when, a nonce and the exact bytes."""

from __future__ import annotations

import hashlib
import hmac


def sign(sender: str, key: str, body: bytes, now: float, nonce: str) -> dict[str, str]:
    """
    Return the headers that prove that *sender* sent *body* at *now* (epoch seconds).

    Source: RULES 1.
    """
    timestamp = str(int(now))
    signed = f"v1\n{sender}\n{timestamp}\n{nonce}\n".encode() + body
    return {
        "X-Mathematricks-Sender": sender,
        "X-Mathematricks-Timestamp": timestamp,
        "X-Mathematricks-Nonce": nonce,
        "X-Mathematricks-Signature": hmac.new(key.encode(), signed, hashlib.sha256).hexdigest(),
    }
