"""Bytes to a tree: strict JSON whose numbers stay exact, and the same tree as text without secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NoReturn

import orjson

from signal_ingestion.domain.refused import Refused

MOST_BYTES = 65_536
DEEPEST = 16
LONGEST_UNREADABLE = 4_096
BLANK = "[redacted]"
_LARGEST_EXPONENT = 307
"""Of a double: other readers of a kept body could not read a larger number, and would give up on all of it."""
_BEYOND = Decimal((0, (1,), _LARGEST_EXPONENT + 1))

_NAMES = r"pass|secret|token|key|auth|credential|cookie|signature"
_SECRET_NAME = re.compile(_NAMES, re.IGNORECASE)
_ESCAPED_ASCII = re.compile(r"\\u00([2-7][0-9a-fA-F])")
_SECRET_IN_TEXT = re.compile(
    rf"((?:{_NAMES})[\w-]{{0,40}}\\{{0,4}}[\"']?\s{{0,9}}[:=]\s{{0,9}})"
    r"(\"(?:[^\"\\]|\\.)*\"?|\\{1,4}[\"'][^\"']*[\"']?|'[^']*'?|[{\[].*|[^\s,;&}\]]+)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Body:
    """A readable body: its tree with exact numbers, and its JSON text with every secret blanked."""

    tree: Mapping[str, Any]
    text: str


def decode(raw: bytes) -> Body:
    """
    Return *raw* as a tree whose numbers are all ``Decimal``.

    Raises:
        Refused: 413 beyond 64 KiB; 400 for what is not one JSON object, names a key twice, nests
            more than 16 deep, or holds NaN, infinity or half a Unicode character.
    """
    if len(raw) > MOST_BYTES:
        raise Refused(413, "The body is larger than 64 KiB")
    tree = _tree(raw)
    if not isinstance(tree, dict):
        raise Refused(400, "Send one JSON object, the signal with its sender's fields")
    try:
        text = orjson.dumps(_blanked(tree, 1), default=_exactly).decode()
    except TypeError:
        raise Refused(400, "The body holds half a Unicode character (a lone surrogate)") from None
    return Body(tree, text)


def readable_part(raw: bytes) -> str:
    """Return the beginning of a body that is not JSON, with what looks like a secret blanked."""
    text = raw[:LONGEST_UNREADABLE].decode("utf-8", "replace").replace("\0", "�")
    plain = _ESCAPED_ASCII.sub(lambda match: chr(int(match[1], 16)), text)
    return _blanked_text(plain)


@lru_cache(maxsize=4_096)
def is_secret(name: str) -> bool:
    """Whether a value under this key must never be recorded."""
    return _SECRET_NAME.search(name) is not None


def _tree(raw: bytes) -> Any:
    try:
        return json.loads(
            raw.decode("utf-8-sig"),
            parse_float=_number,
            parse_int=_number,
            parse_constant=_not_a_number,
            object_pairs_hook=_object,
        )
    except ValueError:
        raise Refused(400, "Invalid JSON format") from None
    except RecursionError:
        raise Refused(400, f"The body nests more than {DEEPEST} deep") from None


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = _BEYOND
    if number.adjusted() > _LARGEST_EXPONENT:
        raise Refused(400, "The body holds a number beyond all bounds")
    return number


def _not_a_number(_: str) -> NoReturn:
    raise Refused(400, "Invalid JSON format")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        raise Refused(400, "The body names the same key twice")
    return tree


def _blanked(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise Refused(400, f"The body nests more than {DEEPEST} deep")
    if type(value) is dict:
        return {name: BLANK if is_secret(name) else _blanked(kept, depth + 1) for name, kept in value.items()}
    if type(value) is list:
        return [_blanked(kept, depth + 1) for kept in value]
    if type(value) is str and (":" in value or "=" in value):
        return _blanked_text(value)
    return value


def _blanked_text(text: str) -> str:
    return _SECRET_IN_TEXT.sub(rf"\1{BLANK}", text)


def _exactly(number: Decimal) -> orjson.Fragment:
    return orjson.Fragment(str(number))
