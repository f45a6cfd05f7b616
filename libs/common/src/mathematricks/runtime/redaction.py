"""What must never reach a log: values under a secret's name, and secrets inside texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

BLANK = "[redacted]"
SECRET_NAME = re.compile(r"pass(word|phrase|wd)?|secret|token|api_?key|authorization|cookie|credential", re.IGNORECASE)
_HINT = re.compile(r"://|eyJ|input_value=|bearer|pass|secret|token|api_?key|authorization|cookie|cred", re.IGNORECASE)
_HINTS = tuple(
    hint.encode()
    for hint in (
        *("://", "eyj", "input_value=", "bearer", "pass", "secret", "token", "api_key", "apikey"),
        *("authorization", "cookie", "cred"),
    )
)
_IN_TEXT = (
    # user:password@ of a URL
    (re.compile(r"(?<=://)[^\s/@]*:[^\s@]*@"), f"{BLANK}@"),
    # pydantic quotes what it was given
    (re.compile(r"input_value=.*?(?=, input_type=)", re.DOTALL), f"input_value={BLANK}"),
    (re.compile(r"\bbearer\s+[\w\-.~+/=]+", re.IGNORECASE), f"Bearer {BLANK}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), BLANK),
    # "name": "value" or name=value, where the name is a secret's
    (
        re.compile(
            r"""((?:pass(?:word|phrase|wd)?|secret|token|api_?key|authorization|cookie|credential)\w{0,30}["']?\s*[:=]\s*)"""
            r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;&)}\]"']+)""",
            re.IGNORECASE,
        ),
        rf"\1{BLANK}",
    ),
)
_DEEPEST = 8


def clean(value: Any, depth: int = 0) -> Any:
    """Return *value* without secrets; mappings and sequences are cleaned at any depth."""
    if isinstance(value, str):
        return clean_text(value)
    if depth > _DEEPEST:
        return BLANK
    if isinstance(value, Mapping):
        return {
            name: BLANK if isinstance(name, str) and _names_a_secret(name) else clean(each, depth + 1)
            for name, each in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [clean(each, depth + 1) for each in value]
    if isinstance(value, bytes):
        return clean_text(value.decode(errors="replace"))
    return value


@lru_cache(4096)
def _names_a_secret(name: str) -> bool:
    return SECRET_NAME.search(name) is not None


def hints_at_secret(line: bytes) -> bool:
    """Whether anything in a rendered line may be a secret, or the name of one."""
    lower = line.lower()
    return any(hint in lower for hint in _HINTS)


def clean_text(text: str) -> str:
    """Return *text* with URL passwords, tokens and named secrets blanked."""
    if _HINT.search(text):
        for pattern, blank in _IN_TEXT:
            text = pattern.sub(blank, text)
    return text
