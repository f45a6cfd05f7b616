"""Collections, indexes and validators, made from the contracts."""

from __future__ import annotations

import types
import typing
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from pymongo import IndexModel
from pymongo.asynchronous.database import AsyncDatabase

from mathematricks.contracts.base import Collection

_BSON_TYPES: dict[type, list[str]] = {
    str: ["string"],
    bool: ["bool"],
    int: ["int", "long"],
    float: ["double"],
    Decimal: ["decimal"],
    datetime: ["date"],
}


async def ensure(db: AsyncDatabase[dict[str, Any]], collection: Collection) -> None:
    """Create *collection* with its validator and indexes, or bring an existing one up to date."""
    existing = await db.list_collection_names(filter={"name": collection.name})
    validator = validator_of(collection)
    if not existing:
        capped = {"capped": True, "size": collection.capped_bytes} if collection.capped_bytes else {}
        await db.create_collection(collection.name, validator=validator, **capped)
    elif validator:
        await db.command({"collMod": collection.name, "validator": validator})
    if collection.indexes:
        await db[collection.name].create_indexes([_index(index) for index in collection.indexes])


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


def _index(index: Any) -> IndexModel:
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
