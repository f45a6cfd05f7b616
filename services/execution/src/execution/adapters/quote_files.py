"""Quotes from a file: JSON lines, read anew whenever the file has changed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog
from mathematricks.contracts.instruments import Quote
from pydantic import ValidationError

log = structlog.get_logger(__name__)


class QuoteFile:
    """One file of quotes, one JSON object per line, as another system writes it."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None

    async def changed(self) -> list[Quote]:
        """Return the file's quotes if it has changed since the last call; a line that is no quote is skipped."""
        if self._path is None:
            return []
        text = await asyncio.to_thread(self._read, self._path)
        return [quote for line in text.splitlines() if line.strip() and (quote := _parse(line)) is not None]

    def _read(self, path: Path) -> str:
        try:
            stat = path.stat()
            version = (stat.st_mtime_ns, stat.st_size)
            if version == self._seen:
                return ""
            self._seen = version
            return path.read_text("utf-8", errors="replace")
        except OSError as error:
            log.warning("quotes.file_unreadable", error=type(error).__name__)
            return ""


def _parse(line: str) -> Quote | None:
    try:
        return Quote.model_validate_json(line)
    except ValidationError:
        log.warning("quotes.line_skipped")
        return None
