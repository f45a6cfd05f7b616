"""Logs: one JSON line per event on stdout, ids bound by whoever knows them, secrets never."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import orjson
import structlog

from mathematricks.runtime.redaction import SECRET_NAME, clean, clean_text

__all__ = ["SECRET_NAME", "configure_logging", "redact"]


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Blank every value, at any depth, whose name or look says that it is a secret."""
    cleaned: Mapping[str, Any] = clean(event)
    return cleaned


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
    try:
        return orjson.dumps(event, default=_text_of, option=orjson.OPT_NON_STR_KEYS)
    except (TypeError, ValueError):  # lone surrogates, integers beyond 64 bits: a log line must never fail
        return json.dumps(event, default=_text_of, skipkeys=True).encode()


def _text_of(value: Any) -> str:
    return clean_text(str(value))


class _ToStructlog(logging.Handler):
    """Carry the standard library's records (uvicorn, pymongo, google) into the same stream."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            exc_info = record.exc_info if record.exc_info and record.exc_info[0] else None
            structlog.get_logger(record.name).log(record.levelno, record.getMessage(), exc_info=exc_info)
        except Exception:
            self.handleError(record)
