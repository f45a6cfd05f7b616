"""Control: change limits, triggers and the kill switch, each change with its trail, in force from the next claim on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from mathematricks.contracts.base import derive_id, to_instant
from mathematricks.contracts.controls import (
    ControlAct,
    ControlChange,
    Controls,
    Fire,
    Limits,
    Rearm,
    Scope,
    ScopedLimits,
    ScopedTriggers,
    SetLimits,
    SetTriggers,
    Switch,
    Triggers,
)

from execution.domain.controls.limits import NO_LIMITS
from execution.domain.controls.switches import NotAllowed, approve_rearm, ask_rearm, fired_for, lift
from execution.domain.controls.switches import fire as fired
from execution.domain.controls.triggers import NOTHING
from execution.ports import Ports
from execution.steps.flattening import at_work
from execution.steps.telling import alert

log = structlog.get_logger(__name__)

Act = tuple[ControlAct, Scope, str, str]
"""What is done to which scope, by whom and why."""
Decide = Callable[[Controls], Controls | NotAllowed]


class ControlRefused(Exception):
    """A change of the controls that is not allowed; nothing was changed."""


async def set_limits(wanted: SetLimits, by: str, ports: Ports) -> Controls:
    """Put a scope's limits in place; they hold from the next claim on."""

    def decide(controls: Controls) -> Controls:
        others = tuple(each for each in controls.limits if each.scope != wanted.scope)
        limits = Limits.model_validate(wanted.limits.model_dump())
        own = () if limits == NO_LIMITS else (ScopedLimits(scope=wanted.scope, limits=limits),)
        return controls.model_copy(update={"limits": (*others, *own), "generation": controls.generation + 1})

    return await _change(decide, ("limits", wanted.scope, by, wanted.reason), ports)


async def set_triggers(wanted: SetTriggers, by: str, ports: Ports) -> Controls:
    """Put a scope's triggers in place."""

    def decide(controls: Controls) -> Controls:
        others = tuple(each for each in controls.triggers if each.scope != wanted.scope)
        triggers = Triggers.model_validate(wanted.triggers.model_dump())
        own = () if triggers == NOTHING else (ScopedTriggers(scope=wanted.scope, triggers=triggers),)
        return controls.model_copy(update={"triggers": (*others, *own), "generation": controls.generation + 1})

    return await _change(decide, ("triggers", wanted.scope, by, wanted.reason), ports)


async def fire(wanted: Fire, by: str, ports: Ports) -> Controls:
    """
    Fire the kill switch; it is in force when this returns, for orders already on the bus too.

    Raise ``ControlRefused`` where a harder mode is in force.
    """
    before = ports.oversight.controls
    now = to_instant(ports.clock.now())
    act: Act = ("fire", wanted.scope, by, wanted.reason)
    controls = await _change(lambda known: fired(known, wanted, by, now), act, ports)
    if before is None or controls.generation != before.generation:
        title = f"The kill switch of {wanted.scope} was fired by {by}, {wanted.mode.replace('_', ' ')}: {wanted.reason}"
        await alert(ports, "warning" if wanted.drill else "critical", f"kill_switch:{wanted.scope}", title[:500])
    return controls


async def ask_for_rearm(wanted: Rearm, by: str, ports: Ports) -> Controls:
    """Ask for the re-arming of a scope; another admin approves. Raise ``ControlRefused``."""
    now = to_instant(ports.clock.now())
    act: Act = ("ask_rearm", wanted.scope, by, wanted.reason)
    return await _change(lambda known: ask_rearm(known, wanted, by, now), act, ports)


async def rearm(wanted: Rearm, by: str, ports: Ports) -> Controls:
    """
    Approve the re-arming of a scope, which is measured anew from now on.

    Raise ``ControlRefused``, also while what was closed is not split over the strategies yet: nobody else would.
    """
    switch = fired_for(ports.oversight.controls, wanted.scope) if ports.oversight.controls is not None else None
    if switch is not None and switch.mode == "flatten" and at_work(switch, ports):
        raise ControlRefused(f"Its closing orders are at work; see report {switch.generation}, and approve then")
    act: Act = ("rearm", wanted.scope, by, wanted.reason)
    controls = await _change(lambda known: approve_rearm(known, wanted, by), act, ports)
    ports.oversight.forget_marks(wanted.scope)
    title = f"{wanted.scope} is armed again, approved by {by}"
    await alert(ports, "info", f"kill_switch.rearmed:{wanted.scope}", title)
    return controls


async def lift_switch(switch: Switch, reason: str, ports: Ports) -> Controls:
    """Take back a freeze that lifts itself."""

    def decide(controls: Controls) -> Controls:
        return lift(controls, switch.scope) if fired_for(controls, switch.scope) == switch else controls

    return await _change(decide, ("rearm", switch.scope, switch.fired_by, reason), ports)


async def read_controls(ports: Ports) -> None:
    """Take over what another process has changed; where a newer one claims, stand down before acting on old news."""
    found = await ports.controls.read()
    if found is not None and found.worker != ports.worker:
        ports.fenced.set()
    known = ports.oversight.controls
    if found is not None and (known is None or found.generation != known.generation):
        ports.oversight.controls = found


async def known_names(scope: Scope, ports: Ports) -> set[str] | None:
    """
    Return the names that a scope of this kind may have; None: any.

    Where the registry cannot be read any name will do: nothing that is down keeps a switch from being fired.
    """
    if scope.kind == "desk":
        return None
    if scope.kind == "account":
        here = {account.account for account in ports.brokers.accounts()}
    else:
        here = {order.strategy_id for order in ports.blotter.known()}
    if scope.name in here:
        return here
    try:
        async with asyncio.timeout(ports.policy.call_timeout.total_seconds()):
            registered = await ports.oversight.store.strategies()
    except Exception:
        log.exception("strategies.unread", scope=str(scope))
        return None
    return here | set(registered.values() if scope.kind == "account" else registered)


async def _change(decide: Decide, act: Act, ports: Ports) -> Controls:
    now = to_instant(ports.clock.now())

    def checked(before: Controls) -> Controls:
        after = decide(before)
        if isinstance(after, NotAllowed):
            raise ControlRefused(after.why)
        return after if after is before else after.model_copy(update={"changed_at": now})

    def described(before: Controls, after: Controls) -> ControlChange:
        what, scope, by, reason = act
        return ControlChange(
            change_id=derive_id("k", after.generation),
            at=now,
            by=by,
            act=what,
            scope=scope,
            reason=reason,
            generation=after.generation,
            before=_shown(before, what, scope),
            after=_shown(after, what, scope),
        )

    before, after = await ports.controls.change(checked, described)
    ports.oversight.controls = after
    if after is not before:
        log.info("controls.changed", act=act[0], scope=str(act[1]), by=act[2], generation=after.generation)
    return after


def _shown(controls: Controls, act: ControlAct, scope: Scope) -> dict[str, Any] | None:
    """Return what stood for *scope* in that part of the controls which *act* changes."""
    if act == "limits":
        return next((each.limits.model_dump(mode="json") for each in controls.limits if each.scope == scope), None)
    if act == "triggers":
        return next((each.triggers.model_dump(mode="json") for each in controls.triggers if each.scope == scope), None)
    switch = fired_for(controls, scope)
    return switch.model_dump(mode="json") if switch else None
