"""The fail points there are, read from the code of what runs: chaos chooses from them."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping
from pathlib import Path

from mathematricks_cli import fleet

ANYONE = "anyone"
"""Whose the points are that every service passes."""
VENUE = "venue"
_POINT = re.compile(r"await failpoint\(\"([a-z\-]+)\.([a-z_]+)\"\)")


def fail_points() -> Mapping[str, tuple[str, ...]]:
    """Return the names of the fail points of each service, of the venue, and of every service (``ANYONE``)."""
    found: dict[str, list[str]] = {name: [] for name in (*fleet.START_ORDER, VENUE, ANYONE)}
    for package in ("mathematricks", *(fleet.package_of(name) for name in fleet.START_ORDER)):
        for owner, step in _in_package(package):
            found[owner if owner in found else ANYONE].append(f"{owner}.{step}")
    return {name: tuple(sorted(points)) for name, points in found.items()}


def _in_package(package: str) -> list[tuple[str, str]]:
    spec = importlib.util.find_spec(package)
    roots = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    texts = [path.read_text(encoding="utf-8") for root in roots for path in sorted(root.rglob("*.py"))]
    return [(found[1], found[2]) for text in texts for found in _POINT.finditer(text)]
