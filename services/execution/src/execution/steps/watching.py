"""Watch: measure every scope all the time, warn as a threshold comes near, fire the kill switch at it (RULES 10)."""

from __future__ import annotations

import structlog
from mathematricks.contracts.alerts import Severity
from mathematricks.contracts.controls import ControlMode, Controls, Fire, Scope

from execution.domain.controls.switches import HARDNESS, fired_for
from execution.domain.controls.triggers import BY, Level, Reading, lifts, readings, triggers_of
from execution.ports import Ports
from execution.steps.controlling import ControlRefused, fire, lift_switch
from execution.steps.measuring import measure
from execution.steps.telling import alert

log = structlog.get_logger(__name__)

RISING: dict[Level, int] = {"calm": 0, "warning": 1, "critical": 2, "fire": 3}


async def watch(ports: Ports) -> None:
    """Hold how everyone stands against every trigger, once."""
    controls = ports.oversight.controls
    if controls is None:
        return
    for scope, standing in (await measure(controls, ports)).items():
        for triggers in triggers_of(controls, scope):
            for reading in readings(triggers, standing):
                await _heed(scope, reading, triggers.mode, ports)


async def _heed(scope: Scope, reading: Reading, mode: ControlMode, ports: Ports) -> None:
    before = ports.oversight.levels.get((scope, reading.name), "calm")
    ports.oversight.levels[(scope, reading.name)] = reading.level
    if reading.level == "fire":
        await _fire(scope, reading, mode, ports)
    elif RISING[reading.level] > RISING[before]:
        severity: Severity = "critical" if reading.level == "critical" else "warning"
        title = f"{scope}: {reading.said}, where the kill switch fires"
        await alert(ports, severity, f"trigger.{reading.name}:{scope}", title[:500])
    switch = fired_for(ports.oversight.controls, scope) if ports.oversight.controls else None
    if switch is not None and lifts(switch, reading):
        await lift_switch(switch, f"{reading.said} again", ports)


async def _fire(scope: Scope, reading: Reading, mode: ControlMode, ports: Ports) -> None:
    """Fire, unless the scope is held back as hard already; what a person has fired is not taken from them."""
    controls: Controls | None = ports.oversight.controls
    known = fired_for(controls, scope) if controls is not None else None
    if known is not None and HARDNESS[known.mode] >= HARDNESS[mode]:
        return
    try:
        await fire(Fire(scope=scope, mode=mode, reason=f"{reading.said}"), f"{BY}{reading.name}", ports)
    except ControlRefused as refused:
        log.warning("trigger.refused", scope=str(scope), trigger=reading.name, why=str(refused))
