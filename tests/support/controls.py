"""Builders of controls: switches, limits and what they hold for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from mathematricks.contracts.base import to_instant
from mathematricks.contracts.controls import ControlMode, Controls, Limits, Scope, ScopedLimits, Switch

DESK = Scope()


def on_account(name: str) -> Scope:
    """The scope of one account."""
    return Scope(kind="account", name=name)


def on_strategy(name: str) -> Scope:
    """The scope of one strategy."""
    return Scope(kind="strategy", name=name)


def a_switch(scope: Scope = DESK, mode: ControlMode = "freeze_entries", **but: Any) -> Switch:
    """A switch that Ann fired just now."""
    usual = {"reason": "a test", "fired_by": "ann", "fired_at": to_instant(datetime.now(UTC)), "generation": 1}
    return Switch(scope=scope, mode=mode, **usual | but)


def some_controls(*limits: tuple[Scope, Limits], **but: Any) -> Controls:
    """Controls with these limits and nothing else."""
    scoped = tuple(ScopedLimits(scope=scope, limits=each) for scope, each in limits)
    usual = {"worker": "w1", "changed_at": datetime(2026, 3, 11, 16, tzinfo=UTC), "limits": scoped}
    return Controls(**usual | but)
