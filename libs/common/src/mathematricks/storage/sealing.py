"""Secrets that must be read back: encrypted at rest under keys derived from the deployment's."""

from __future__ import annotations

import base64
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


def derived_key(deployment_key: str, purpose: bytes) -> bytes:
    """Return 32 bytes for one *purpose*; no purpose's key tells another's, nor the deployment's."""
    return HKDF(SHA256(), length=32, salt=None, info=purpose).derive(deployment_key.encode())


class Sealer:
    """AES-GCM under the key of one purpose; whoever reads the database alone learns no secret."""

    def __init__(self, deployment_key: str, purpose: bytes) -> None:
        self._cipher = AESGCM(derived_key(deployment_key, purpose))

    def seal(self, secret: str, owner: str) -> str:
        """Return *secret* sealed, to be opened for *owner* alone."""
        nonce = os.urandom(_NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, secret.encode(), owner.encode())).decode()

    def unseal(self, sealed: str, owner: str) -> str:
        """Return the secret; raise ``InvalidTag`` where it was changed or is another's."""
        raw = base64.b64decode(sealed)
        return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], owner.encode()).decode()
