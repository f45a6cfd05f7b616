"""The formats: one module each, found by being here. A new format is one new file."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import cast

from signal_ingestion.domain.refused import Refused
from signal_ingestion.domain.shape import Provider, Tree

PROVIDERS: tuple[Provider, ...] = tuple(
    cast(Provider, import_module(f"{__name__}.{module.name}")) for module in pkgutil.iter_modules(__path__)
)

_NOTHING_HERE = (
    "No signal found: send signal_legs (a list of legs), or signal with ticker and action, "
    "or signal with instrument and instrument_type"
)


def provider_of(body: Tree) -> Provider:
    """Return the format that recognises *body*; refuse a body that none does."""
    for provider in PROVIDERS:
        if provider.recognises(body):
            return provider
    raise Refused(400, _NOTHING_HERE)
