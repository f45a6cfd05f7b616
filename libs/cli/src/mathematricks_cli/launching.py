"""A desk started from this command as a process of its own: launched, waited for, killed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import IO, Any

from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.money import DEFAULT_CASH
from mathematricks_cli.processes import stop
from mathematricks_cli.state import StateDir

SLOWEST_START = 120.0
LOOK_EVERY = 0.05


def launch(state: StateDir, port: int, *flags: str, to: IO[Any]) -> subprocess.Popen[bytes]:
    """Start a demonstration desk in *state*; what it says to people goes *to* there."""
    command = [sys.executable, "-m", "mathematricks_cli", "up", "--demo", "--paper-cash", DEFAULT_CASH, *flags]
    command += ["--state", str(state.path), "--port", str(port)]
    return subprocess.Popen(command, stdout=to, stderr=to, start_new_session=True)


async def await_started(process: subprocess.Popen[bytes] | None, state: StateDir) -> None:
    """Return once the desk of *state* takes work; raise ``OperatorFault`` if *process* ends before, or is too slow."""
    for _ in range(int(SLOWEST_START / LOOK_EVERY)):
        if process is not None and process.poll() is not None:
            raise OperatorFault(f"The desk did not start; its log is {state.log_path}")
        if state.is_up() and state.read("desk", None):
            return
        await asyncio.sleep(LOOK_EVERY)
    raise OperatorFault(f"The desk did not start within {SLOWEST_START:.0f} s; its log is {state.log_path}")


def kill_desk(process: subprocess.Popen[bytes], state: StateDir) -> None:
    """Kill the desk as a power cut would, every process but its database; return when it is gone."""
    pids = (state.read("desk", None) or {"pids": {}})["pids"]
    process.kill()
    process.wait()
    for pid in (pid for name, pid in pids.items() if name != "mongod"):
        stop(pid, patience=0)
