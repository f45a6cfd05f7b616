"""Logs: one JSON line per event on stdout, ids bound by whoever knows them, secrets never."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import orjson
import structlog

from mathematricks.runtime.redaction import SECRET_NAME, clean, clean_text, hints_at_secret

__all__ = ["SECRET_NAME", "configure_logging"]


def configure_logging(service: str, level: str = "INFO") -> None:
    """Send structlog and the standard library's loggers to stdout as JSON lines."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_without_secrets),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(file=sys.stdout.buffer),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(handlers=[_ToStructlog()], level=max(number, logging.WARNING), force=True)


def _without_secrets(event: dict[str, Any], **_: Any) -> bytes:
    """Return the line; its values are looked through one by one only where the whole of it hints at a secret."""
    line = _dumps(event)
    return _dumps(clean(event)) if hints_at_secret(line) else line


def _dumps(event: dict[str, Any]) -> bytes:
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
