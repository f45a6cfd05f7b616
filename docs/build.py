"""Write everything that is derived from the code: the reference, AsyncAPI, OpenAPI, the Dockerfiles.

``python docs/build.py`` writes; ``--check`` writes nothing, names what is out of date and exits 1.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from mathematricks.contracts.base import Collection
from mathematricks.contracts.collections import COLLECTIONS
from mathematricks.contracts.topics import TOPICS
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.http import create_app
from mathematricks.runtime.service import Service
from mathematricks.runtime.settings import Platform, ServiceSettings
from pydantic import SecretStr
from pydantic_core import PydanticUndefined

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path("docs/reference")
PAGE = "<!-- Generated from the code by `make docs`; change the code, not this page. -->\n\n"


def services() -> list[Service]:
    """Return every service's declaration, in the order of the tree."""
    packages = sorted(path.name.replace("-", "_") for path in (ROOT / "services").iterdir() if path.is_dir())
    return [importlib.import_module(f"{package}.service").service for package in packages]


def build() -> dict[Path, str]:
    """Return every generated file's path, relative to the root, with its text."""
    declared = services()
    pages = {
        REFERENCE / "topics.md": topics_page(declared),
        REFERENCE / "asyncapi.json": as_json(asyncapi(declared)),
        REFERENCE / "collections.md": collections_page(),
        REFERENCE / "settings.md": settings_page(declared),
    }
    for service in declared:
        pages[REFERENCE / "openapi" / f"{service.name}.json"] = as_json(openapi(service))
        pages[Path("services") / service.name / "Dockerfile"] = dockerfile(service)
    return pages


def dockerfile(service: Service) -> str:
    """Return the image of *service*: all are alike, and whoever serves the pages builds them on the way."""
    serves = "frontend_dir" in service.settings.model_fields
    parts = {name: _image_part(name) if serves else "" for name in ("pages-built", "pages-served")}
    return _image_part("Dockerfile").format(
        service=service.name,
        package=service.name.replace("-", "_"),
        pages_built=parts["pages-built"],
        pages_served=parts["pages-served"],
    )


def _image_part(name: str) -> str:
    return (ROOT / "deploy/docker" / f"{name}.template").read_text()


def topics_page(declared: list[Service]) -> str:
    rows = ["| topic | message | key | published by | consumed by | what it carries |", "|---|---|---|---|---|---|"]
    for topic in TOPICS:
        by = ", ".join(service.name for service in declared if topic in service.publishes)
        to = ", ".join(service.name for service in declared if topic in service.consumes)
        rows.append(f"| `{topic.name}` | `{topic.model.__name__}` | {_key_of(topic)} | {by} | {to} | {topic.purpose} |")
    dead = "\nWhat cannot be handled ends on `<topic>.dead`, and raises an alert.\n"
    return PAGE + "# Topics\n\n" + "\n".join(rows) + "\n" + dead


def _key_of(topic: Any) -> str:
    names = topic.key.__code__.co_names
    return f"`{names[-1]}`" if names else ""


def asyncapi(declared: list[Service]) -> dict[str, Any]:
    """Return the AsyncAPI 3 document of all topics, with who sends and who receives."""
    schemas: dict[str, Any] = {}
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for topic in TOPICS:
        name = topic.model.__name__
        schema = topic.model.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
        schemas |= schema.pop("$defs", {}) | {name: schema}
        channels[topic.name] = {
            "address": topic.name,
            "description": topic.purpose,
            "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        }
        for service in declared:
            for action, part_of in (("send", service.publishes), ("receive", service.consumes)):
                if topic in part_of:
                    operations[f"{service.name}.{action}.{topic.name}"] = {
                        "action": action,
                        "channel": {"$ref": f"#/channels/{topic.name}"},
                    }
    messages = {topic.model.__name__: _message(topic.model.__name__) for topic in TOPICS}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Mathematricks", "version": "1"},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }


def _message(name: str) -> dict[str, Any]:
    return {"name": name, "payload": {"$ref": f"#/components/schemas/{name}"}}


def collections_page() -> str:
    ordered = sorted(COLLECTIONS, key=lambda each: (each.owner, each.name))
    return "\n".join([PAGE + "# Collections\n", *(_collection(collection) for collection in ordered)])


def _collection(collection: Collection) -> str:
    lines = [f"## `{collection.name}`\n", f"{collection.purpose}. Written by **{collection.owner}** alone.\n"]
    if collection.capped_bytes:
        lines.append(f"Capped at {collection.capped_bytes:,} bytes.\n")
    for index in collection.indexes:
        keys = ", ".join(f"{field} {'↑' if way > 0 else '↓'}" for field, way in index.keys)
        notes = ["unique"] * index.unique
        notes += [f"where `{json.dumps(index.where)}`"] if index.where else []
        notes += [f"expires after {index.expire_after_seconds} s"] if index.expire_after_seconds is not None else []
        lines.append(f"- index {keys}" + (f" ({', '.join(notes)})" if notes else ""))
    if collection.model is not None:
        lines += ["", "| field | type | meaning |", "|---|---|---|"]
        schema = collection.model.model_json_schema(mode="serialization")
        for name, field in collection.model.model_fields.items():
            kind = _kind(schema["properties"].get(name, {}))
            required = "" if field.is_required() else " (optional)"
            lines.append(f"| `{name}` | {kind}{required} | {field.description or ''} |")
    return "\n".join(lines) + "\n"


def _kind(schema: dict[str, Any]) -> str:
    """Return a short name of what *schema* allows, for a table."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(part) for part in schema["anyOf"]))
    if "enum" in schema:
        return " ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if schema.get("format") == "date-time":
        return "time"
    return str(schema.get("type", schema.get("const", "any")))


def settings_page(declared: list[Service]) -> str:
    parts = [PAGE + "# Settings\n\nEnvironment variables, read once at start. All wrong ones are listed together.\n"]
    parts.append("## Every service\n\n" + _settings(Platform))
    for service in declared:
        own = _settings(service.settings)
        parts.append(f"## {service.name}\n\n" + (own or "Nothing of its own.\n"))
    return "\n".join(parts)


def _settings(settings: Any) -> str:
    prefix = settings.model_config["env_prefix"]
    rows = []
    for name, field in settings.model_fields.items():
        if name == "platform":
            continue
        default = (
            "**required**" if field.default is PydanticUndefined and field.default_factory is None else _default(field)
        )
        rows.append(f"| `{prefix}{name.upper()}` | {default} | {field.description or ''} |")
    return "| variable | default | meaning |\n|---|---|---|\n" + "\n".join(rows) + "\n" if rows else ""


def _default(field: Any) -> str:
    value = field.default_factory() if field.default_factory else field.default
    return "`***`" if isinstance(value, SecretStr) else f"`{value}`"


def openapi(service: Service) -> dict[str, Any]:
    """Return the OpenAPI document of *service*, without starting it."""
    platform = Platform(mongo_url=SecretStr("mongodb://unused"), deployment_key=SecretStr("x" * 32))
    settings: ServiceSettings = service.settings(platform=platform)
    return create_app(service, settings, MemoryBus()).openapi()


def as_json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    pages = build()
    stale = [path for path, text in pages.items() if _on_disk(path) != text]
    extra = [path for path in _generated() if path not in pages]
    if "--check" in sys.argv:
        for path in stale + extra:
            print(f"out of date: {path} (run `make docs`)")
        return 1 if stale or extra else 0
    for path in stale:
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(pages[path])
    for path in extra:
        (ROOT / path).unlink()
    print(f"{len(pages)} files, {len(stale)} rewritten, {len(extra)} removed")
    return 0


def _on_disk(path: Path) -> str | None:
    return (ROOT / path).read_text() if (ROOT / path).exists() else None


def _generated() -> list[Path]:
    return [path.relative_to(ROOT) for path in (ROOT / REFERENCE).rglob("*") if path.is_file()]


if __name__ == "__main__":
    sys.exit(main())
