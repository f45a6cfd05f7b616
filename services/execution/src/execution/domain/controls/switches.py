"""The kill switch as a machine of few states: fired, driven on, asked to be re-armed, re-armed (RULES 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from mathematricks.contracts.controls import ControlMode, Controls, Fire, Rearm, Scope, Switch

from execution.domain.venues import PAPER_PREFIX

HARDNESS: dict[ControlMode, int] = {mode: place for place, mode in enumerate(get_args(ControlMode))}
DRILL_STRATEGY = "kill-switch-drill"
"""Whose orders a drill sends; nobody else's strategy has this name."""


@dataclass(frozen=True)
class NotAllowed:
    """Why a change of the kill switch is refused, and what to do instead."""

    why: str


def in_force(controls: Controls, account: str, strategy_id: str) -> Switch | None:
    """Return the hardest switch that covers *strategy_id* in *account*; None where none is fired."""
    if not controls.switches:
        return None
    covering = [switch for switch in controls.switches if switch.scope.covers(account, strategy_id)]
    return max(covering, key=lambda switch: HARDNESS[switch.mode], default=None)


def entry_refusal(controls: Controls, account: str, strategy_id: str) -> str | None:
    """
    Return why an entry of *strategy_id* in *account* may not go now; None where it may.

    Every mode refuses entries; no mode stops an exit (RULES 2, 10).
    """
    switch = in_force(controls, account, strategy_id)
    if switch is None:
        return None
    return f"KILL_SWITCH: {switch.mode} is in force for {switch.scope}: {switch.reason}"


def is_at_least(switch: Switch | None, mode: ControlMode) -> bool:
    """Return whether *switch* is fired in *mode* or a harder one."""
    return switch is not None and HARDNESS[switch.mode] >= HARDNESS[mode]


def fired_for(controls: Controls, scope: Scope) -> Switch | None:
    """Return the switch of exactly this scope."""
    return next((switch for switch in controls.switches if switch.scope == scope), None)


def fire(controls: Controls, wanted: Fire, by: str, now: datetime) -> Controls | NotAllowed:
    """Return the controls with the switch fired, the same where it is fired so already."""
    known = fired_for(controls, wanted.scope)
    if wanted.drill and not _may_be_drilled(wanted.scope):
        return NotAllowed(f"A drill is for a paper account or for {DRILL_STRATEGY}, not for {wanted.scope}")
    if wanted.drill and known is not None and not known.drill:
        return NotAllowed(
            f"The kill switch of {wanted.scope} is fired in earnest; a rehearsal would let one admin lift it"
        )
    if known is not None and (known.mode, known.drill) == (wanted.mode, wanted.drill):
        return controls
    if known is not None and HARDNESS[known.mode] > HARDNESS[wanted.mode]:
        return NotAllowed(f"{known.mode} is in force for {wanted.scope}; a milder mode takes re-arming first")
    switch = Switch(
        scope=wanted.scope,
        mode=wanted.mode,
        reason=wanted.reason,
        fired_by=by,
        fired_at=now,
        generation=controls.generation + 1,
        drill=wanted.drill,
    )
    return _with(controls, (*_others(controls, wanted.scope), switch))


def ask_rearm(controls: Controls, wanted: Rearm, by: str, now: datetime) -> Controls | NotAllowed:
    """Return the controls with the re-arming of one scope asked for."""
    known = fired_for(controls, wanted.scope)
    if known is None:
        return NotAllowed(f"The kill switch of {wanted.scope} is not fired")
    asked = known.model_copy(update={"rearm_asked_by": by, "rearm_asked_at": now})
    return _with(controls, (*_others(controls, wanted.scope), asked))


def approve_rearm(controls: Controls, wanted: Rearm, by: str) -> Controls | NotAllowed:
    """Return the controls with one scope armed again: two people want that, and the second one did not fire it."""
    known = fired_for(controls, wanted.scope)
    if known is None:
        return NotAllowed(f"The kill switch of {wanted.scope} is not fired")
    if known.rearm_asked_by is None and not known.drill:
        return NotAllowed(f"Nobody has asked for the re-arming of {wanted.scope} yet")
    if by in (known.fired_by, known.rearm_asked_by) and not known.drill:
        return NotAllowed("Another admin approves: neither who fired the switch nor who asked for its re-arming")
    return lift(controls, wanted.scope)


def lift(controls: Controls, scope: Scope) -> Controls:
    """Return the controls without the switch of *scope*."""
    return _with(controls, _others(controls, scope))


def _may_be_drilled(scope: Scope) -> bool:
    on_paper = scope.kind == "account" and scope.name.startswith(PAPER_PREFIX)
    return on_paper or (scope.kind == "strategy" and scope.name == DRILL_STRATEGY)


def _others(controls: Controls, scope: Scope) -> tuple[Switch, ...]:
    return tuple(switch for switch in controls.switches if switch.scope != scope)


def _with(controls: Controls, switches: Sequence[Switch]) -> Controls:
    return controls.model_copy(update={"switches": tuple(switches), "generation": controls.generation + 1})
