"""Which sections changed, in the memory of this process; after a restart everything is read anyway."""

from __future__ import annotations

import time
from collections.abc import Callable

from dashboard_processor.ports import Section

SETTLING = 0.5
"""Seconds after a notice in which its section stays due: others may write their share of it later than we read."""
LONG_AGO = float("-inf")


class MemoryChanges:
    """Sections with the time of their last notice, in seconds of a monotonic clock."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._marked: dict[Section, float] = {}

    def mark(self, *sections: Section) -> None:
        now = self._seconds()
        for section in sections:
            self._marked[section] = now

    def suspect(self, *sections: Section) -> None:
        for section in sections:
            self._marked.setdefault(section, LONG_AGO)

    def take(self) -> frozenset[Section]:
        due = frozenset(self._marked)
        settled = self._seconds() - SETTLING
        self._marked = {section: at for section, at in self._marked.items() if at > settled}
        return due
