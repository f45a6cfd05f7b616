"""Other processes of this machine, by number: what they run, whether they live, and how they end."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path


def command_of(pid: int) -> tuple[str, ...]:
    """Return the command line of process *pid*; empty where there is no such process (or it is a zombie)."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ()
    return tuple(part.decode(errors="replace") for part in raw.split(b"\0") if part)


def is_alive(pid: int) -> bool:
    """Whether process *pid* runs; one that has ended but was not yet collected does not."""
    if Path("/proc/self").exists():
        return bool(command_of(pid))
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def stop(pid: int, patience: float) -> None:
    """Ask process *pid* to end, wait, and kill it after *patience* seconds."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(pid, sign)
        if _ended(pid, patience):
            return


def _ended(pid: int, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while is_alive(pid):
        if time.monotonic() > deadline:
            return False
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        time.sleep(0.02)
    return True
