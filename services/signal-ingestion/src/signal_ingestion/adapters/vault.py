"""Secrets at rest: fingerprints to find senders by, and MAC keys encrypted under the deployment's key."""

from __future__ import annotations

import base64
import os
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from signal_ingestion.domain.authentic import fingerprint

_NONCE_BYTES = 12


class DeploymentVault:
    """Both keys derive from the deployment key; whoever reads the database alone learns no secret."""

    def __init__(self, deployment_key: str) -> None:
        self._pepper = _derived(deployment_key, b"sender secrets").hex()
        self._cipher = AESGCM(_derived(deployment_key, b"sender mac keys"))
        self.unseal = lru_cache(maxsize=1_024)(self._unseal)

    def fingerprint(self, secret: str) -> str:
        return fingerprint(secret, self._pepper)

    def seal(self, key: str, owner: str) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, key.encode(), owner.encode())).decode()

    def _unseal(self, sealed: str, owner: str) -> str:
        raw = base64.b64decode(sealed)
        return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], owner.encode()).decode()


def _derived(deployment_key: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=purpose).derive(deployment_key.encode())
