"""The overview documents, one per mode."""

from __future__ import annotations

from contextlib import suppress

from mathematricks.contracts.base import Mode
from mathematricks.contracts.collections import DASHBOARD_OVERVIEW
from mathematricks.contracts.dashboard import Overview
from mathematricks.storage.mongo import Database, to_document
from pydantic import ValidationError
from pymongo.errors import DuplicateKeyError


class MongoOverviews:
    """One document per mode, ``live`` and ``paper``; never replaced by an older one."""

    def __init__(self, db: Database) -> None:
        self._collection = db[DASHBOARD_OVERVIEW.name]

    async def newest(self, mode: Mode) -> Overview | None:
        """Return None also for a document of an older shape: it is about to be written anew."""
        document = await self._collection.find_one({"_id": mode.lower()})
        with suppress(ValidationError):
            return Overview.model_validate(document) if document else None
        return None

    async def write(self, overview: Overview) -> None:
        document = to_document(overview, overview.mode.lower())
        older = {"_id": document["_id"], "as_of": {"$lte": overview.as_of}}
        with suppress(DuplicateKeyError):  # a newer one is there
            await self._collection.replace_one(older, document, upsert=True)
