"""An authenticator in software: keys of its own, signatures that are real, and lies on demand."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

ORIGIN = "http://localhost:8080"
PRESENT, VERIFIED, DESCRIBED = 1, 4, 64


@dataclass
class Authenticator:
    """One passkey: *count* is what it will say next; *flags* what it says of its owner; *origin* where it is asked."""

    origin: str = ORIGIN
    flags: int = PRESENT | VERIFIED
    count: int = 0
    counts: bool = True
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    user_handle: str | None = None

    def make(self, asked: Mapping[str, Any], name: str = "Phone", **but: Any) -> dict[str, Any]:
        """Return the new passkey, as the browser passes it on."""
        self.user_handle = asked["user_id"]
        described = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + self._public_key()
        data = self._data(asked["rp_id"], DESCRIBED) + described
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return {
            "name": name,
            "credential_id": bytes_to_base64url(self.credential_id),
            "client_data": bytes_to_base64url(self._client_data("webauthn.create", asked)),
            "attestation": bytes_to_base64url(attestation),
        } | but

    def sign(self, asked: Mapping[str, Any], **but: Any) -> dict[str, Any]:
        """Return the signed answer to what was *asked*, as the browser passes it on."""
        self.count += self.counts
        data = self._data(asked["rp_id"])
        client_data = self._client_data("webauthn.get", asked)
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        return {
            "credential_id": bytes_to_base64url(self.credential_id),
            "client_data": bytes_to_base64url(client_data),
            "authenticator_data": bytes_to_base64url(data),
            "signature": bytes_to_base64url(signature),
            "user_handle": self.user_handle,
        } | but

    def _data(self, rp_id: str, more: int = 0) -> bytes:
        flags = bytes([self.flags | more])
        return hashlib.sha256(rp_id.encode()).digest() + flags + self.count.to_bytes(4, "big")

    def _client_data(self, kind: str, asked: Mapping[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": asked["challenge"], "origin": self.origin}).encode()

    def _public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return encode_cbor({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})


def spoilt(signature: str) -> str:
    """Return *signature* with one bit of its last number turned over."""
    turned = bytearray(base64url_to_bytes(signature))
    turned[-1] ^= 1
    return bytes_to_base64url(bytes(turned))
