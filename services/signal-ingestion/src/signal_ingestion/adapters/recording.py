"""What a failed write means to intake: nothing was promised."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import PyMongoError

from signal_ingestion.ports import NotRecorded

DUPLICATE_KEY = 11_000


@contextmanager
def recording() -> Iterator[None]:
    """Turn whatever the store complains of into ``NotRecorded``."""
    try:
        yield
    except PyMongoError as failure:
        raise NotRecorded(type(failure).__name__) from failure
