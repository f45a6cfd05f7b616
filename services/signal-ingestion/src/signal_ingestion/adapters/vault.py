"""Secrets at rest: fingerprints to find senders by, and MAC keys encrypted under the deployment's key."""

from __future__ import annotations

from functools import lru_cache

from mathematricks.storage.sealing import Sealer, derived_key

from signal_ingestion.domain.authentic import fingerprint


class DeploymentVault:
    """Both keys derive from the deployment key; whoever reads the database alone learns no secret."""

    def __init__(self, deployment_key: str) -> None:
        self._pepper = derived_key(deployment_key, b"sender secrets").hex()
        self._sealer = Sealer(deployment_key, b"sender mac keys")
        self.unseal = lru_cache(maxsize=1_024)(self._sealer.unseal)

    def fingerprint(self, secret: str) -> str:
        return fingerprint(secret, self._pepper)

    def seal(self, key: str, owner: str) -> str:
        return self._sealer.seal(key, owner)
