"""Severity: which alert is more urgent than which."""

from __future__ import annotations

from mathematricks.contracts.alerts import Severity

MILDEST_FIRST: tuple[Severity, ...] = ("info", "warning", "critical")


def worse_of(one: Severity, other: Severity) -> Severity:
    """Return the more urgent of two severities."""
    return max(one, other, key=MILDEST_FIRST.index)


def at_least(severity: Severity) -> tuple[Severity, ...]:
    """Return every severity that is as urgent as *severity* or more."""
    return MILDEST_FIRST[MILDEST_FIRST.index(severity) :]
