"""Logs: one JSON line per event on stdout, ids bound by whoever knows them, secrets never."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import orjson
import structlog

SECRET_NAME = re.compile(r"pass(word|phrase|wd)?|secret|token|api_?key|authorization|cookie|credential", re.IGNORECASE)


def redact(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """Blank every value whose name says that it is a secret."""
    for name in event:
        if SECRET_NAME.search(name):
            event[name] = "[redacted]"
    return event


def configure_logging(service: str, level: str = "INFO") -> None:
    """Send structlog and the standard library's loggers to stdout as JSON lines."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(file=sys.stdout.buffer),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(handlers=[_ToStructlog()], level=max(number, logging.WARNING), force=True)


def _dumps(event: dict[str, Any], **_: Any) -> bytes:
    return orjson.dumps(event, default=str)


class _ToStructlog(logging.Handler):
    """Carry the standard library's records (uvicorn, pymongo, google) into the same stream."""

    def emit(self, record: logging.LogRecord) -> None:
        exc_info = record.exc_info if record.exc_info and record.exc_info[0] else None
        structlog.get_logger(record.name).log(record.levelno, record.getMessage(), exc_info=exc_info)
