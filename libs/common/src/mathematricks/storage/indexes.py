"""Collections, indexes and validators, made from the contracts."""

from __future__ import annotations

import types
import typing
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import AwareDatetime, BaseModel
from pymongo import IndexModel
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

from mathematricks.contracts.base import Collection, Index

_NAMESPACE_EXISTS = 48
_INDEX_CONFLICTS = (85, 86)  # other options, other keys under the same name

_BSON_TYPES: dict[Any, list[str]] = {
    str: ["string"],
    bool: ["bool"],
    int: ["int", "long"],
    float: ["double"],
    Decimal: ["decimal"],
    datetime: ["date"],
    AwareDatetime: ["date"],
    bytes: ["binData"],
}


class SchemaConflict(Exception):
    """The database holds an index that contradicts the contracts."""


async def ensure(db: AsyncDatabase[dict[str, Any]], collection: Collection) -> None:
    """
    Create *collection* with its validator and indexes, or bring an existing one up to date.

    Several processes may do so at once. Raise ``SchemaConflict`` where an index exists that differs
    in more than its expiry: dropping it is a person's decision.
    """
    validator = validator_of(collection)
    existing = await _options(db, collection.name)
    if existing is None and not await _create(db, collection, validator):
        existing = await _options(db, collection.name)
    if existing is not None and existing.get("validator", {}) != validator:
        await db.command({"collMod": collection.name, "validator": validator})
    if collection.indexes:
        await _ensure_indexes(db, collection)


async def _options(db: AsyncDatabase[dict[str, Any]], name: str) -> dict[str, Any] | None:
    async for found in await db.list_collections(filter={"name": name}):
        options: dict[str, Any] = found.get("options", {})
        return options
    return None


async def _create(db: AsyncDatabase[dict[str, Any]], collection: Collection, validator: dict[str, Any]) -> bool:
    """Return whether we were the one who created it."""
    options: dict[str, Any] = {"validator": validator} if validator else {}
    if collection.capped_bytes:
        options |= {"capped": True, "size": collection.capped_bytes}
    try:
        await db.command({"create": collection.name, **options})
    except OperationFailure as failure:
        if failure.code != _NAMESPACE_EXISTS:
            raise
        return False
    return True


async def _ensure_indexes(db: AsyncDatabase[dict[str, Any]], collection: Collection) -> None:
    records = db[collection.name]
    try:
        await records.create_indexes([_index(index) for index in collection.indexes])
    except OperationFailure as failure:
        if failure.code not in _INDEX_CONFLICTS:
            raise
        for index in collection.indexes:
            await _adjust_index(db, collection.name, index)


async def _adjust_index(db: AsyncDatabase[dict[str, Any]], name: str, index: Index) -> None:
    try:
        await db[name].create_indexes([_index(index)])
    except OperationFailure as failure:
        if failure.code not in _INDEX_CONFLICTS:
            raise
        if index.expire_after_seconds is None:
            raise SchemaConflict(f"{name} has another index on {index.keys}; drop it or migrate") from failure
        changed = {"keyPattern": dict(index.keys), "expireAfterSeconds": index.expire_after_seconds}
        await db.command({"collMod": name, "index": changed})


def validator_of(collection: Collection) -> dict[str, Any]:
    """Return the ``$jsonSchema`` of the collection's model: required fields and their BSON types."""
    if collection.model is None:
        return {}
    fields = collection.model.model_fields
    properties = {name: {"bsonType": kinds} for name, field in fields.items() if (kinds := _kinds(field.annotation))}
    schema: dict[str, Any] = {"bsonType": "object", "properties": properties}
    if required := [name for name, field in fields.items() if field.is_required()]:
        schema["required"] = required
    return {"$jsonSchema": schema}


def _index(index: Index) -> IndexModel:
    options: dict[str, Any] = {"unique": index.unique} if index.unique else {}
    if index.where is not None:
        options["partialFilterExpression"] = index.where
    if index.expire_after_seconds is not None:
        options["expireAfterSeconds"] = index.expire_after_seconds
    return IndexModel(list(index.keys), **options)


def _kinds(annotation: Any) -> list[str]:
    """Return the BSON types that values of *annotation* take; empty where anything may stand."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _kinds(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        parts = [_kinds(part) for part in typing.get_args(annotation)]
        return sorted({kind for part in parts for kind in part}) if all(parts) else []
    if origin is typing.Literal:
        return sorted({kind for value in typing.get_args(annotation) for kind in _kinds(type(value))})
    if origin in (tuple, list, set, frozenset):
        return ["array"]
    if origin is dict or (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return ["object"]
    if annotation is type(None):
        return ["null"]
    if isinstance(annotation, type):
        return next((kinds for base, kinds in _BSON_TYPES.items() if issubclass(annotation, base)), [])
    return []
