"""What is wrong with an input, told without repeating any of it: it may hold a secret."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

_ECHOING = {"union_tag_invalid": "Input is of no known kind"}
"""Kinds of fault whose usual message repeats what was sent."""
_MOST_PLACES, _LONGEST = 12, 300


def explain(fault: Mapping[str, Any]) -> str:
    """Return what is wrong, from one entry of pydantic's ``errors()``."""
    text: str = _ECHOING.get(fault["type"], fault["msg"])
    return text.removeprefix("Value error, ")[:_LONGEST]


def locate(fault: Mapping[str, Any], known: Container[str]) -> str:
    """Return where it is wrong, as ``body.legs.0.price``; names that are not *known* came from outside: ``?``."""
    places = fault["loc"][:_MOST_PLACES]
    return ".".join(str(place) if isinstance(place, int) or place in known else "?" for place in places)
