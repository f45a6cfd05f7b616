"""Senders in MongoDB, remembered between refreshes so that a body costs no read."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from mathematricks.contracts.collections import SENDERS
from mathematricks.contracts.signals import Credential, SecretKind, SenderRecord
from mathematricks.storage.mongo import Database, to_document
from pymongo.errors import DuplicateKeyError

from signal_ingestion.adapters.recording import recording
from signal_ingestion.domain.admission import ANY_STRATEGY
from signal_ingestion.ports import NameTaken, Vault

REFRESH_ON_MISS_SECONDS = 1.0


class MongoSenders:
    """
    Find senders by fingerprint, name or strategy.

    What another process changed is seen at the next refresh; somebody unknown asks for one at once,
    but not more often than every second, so that strangers cannot make us read without end.
    """

    def __init__(self, db: Database, vault: Vault, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._collection = db[SENDERS.name]
        self._vault = vault
        self._monotonic = monotonic
        self._by_name: dict[str, SenderRecord] = {}
        self._by_fingerprint: dict[str, tuple[SenderRecord, Credential]] = {}
        self._refreshed = float("-inf")

    async def by_secret(self, kind: SecretKind, secret: str, now: datetime) -> SenderRecord | None:
        fingerprint = self._vault.fingerprint(secret)
        if fingerprint not in self._by_fingerprint:
            await self._refresh_for_a_stranger()
        sender, credential = self._by_fingerprint.get(fingerprint, (None, None))
        if sender is None or credential is None or credential.kind != kind or not _is_good(credential, now):
            return None
        return sender

    async def named(self, name: str) -> SenderRecord | None:
        if name not in self._by_name:
            await self._refresh_for_a_stranger()
        return self._by_name.get(name)

    async def of_strategy(self, strategy: str) -> SenderRecord | None:
        await self.refresh()
        senders = sorted(self._by_name.values(), key=lambda sender: sender.name)
        wanted = (strategy, ANY_STRATEGY)
        return next((sender for one in wanted for sender in senders if one in sender.strategies), None)

    def mac_keys(self, sender: SenderRecord, now: datetime) -> list[str]:
        keys = (each for each in sender.credentials if each.kind == "mac" and _is_good(each, now))
        return [self._vault.unseal(each.sealed, sender.name) for each in keys if each.sealed]

    async def refresh(self) -> None:
        active = [sender for sender in await self.all() if sender.active]
        self._by_name = {sender.name: sender for sender in active}
        self._by_fingerprint = {
            credential.hash: (sender, credential)
            for sender in active
            for credential in sender.credentials
            if credential.hash
        }
        self._refreshed = self._monotonic()

    async def all(self) -> list[SenderRecord]:
        with recording():
            found = await self._collection.find().sort("_id", 1).to_list()
        return [SenderRecord.model_validate(document) for document in found]

    async def add(self, record: SenderRecord) -> None:
        with recording():
            try:
                await self._collection.insert_one(to_document(record, record.name))
            except DuplicateKeyError:
                raise NameTaken(record.name) from None
        await self.refresh()

    async def replace(self, record: SenderRecord) -> None:
        before = {"_id": record.name, "version": record.version - 1}
        with recording():
            result = await self._collection.replace_one(before, to_document(record, record.name))
        if result.matched_count == 0:
            raise NameTaken(record.name)
        await self.refresh()

    async def _refresh_for_a_stranger(self) -> None:
        if self._monotonic() - self._refreshed >= REFRESH_ON_MISS_SECONDS:
            self._refreshed = self._monotonic()
            await self.refresh()


def _is_good(credential: Credential, now: datetime) -> bool:
    return credential.expires_at is None or now < credential.expires_at
