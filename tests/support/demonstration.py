"""The demonstration's desk, for those who look at its pages."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mathematricks_cli.mongod import free_port
from mathematricks_cli.state import state_dir
from mathematricks_cli.verbs.up import stop_desk

SLOWEST_START = 120.0


@contextmanager
def demonstration(directory: Path) -> Iterator[tuple[str, str]]:
    """Start the demonstration on a free port and yield its address and the first admin's password; stop it after."""
    port, log = free_port(), directory / "demo.log"
    line = [sys.executable, "-m", "mathematricks_cli", "demo", "--state", str(directory / "state"), "--port", str(port)]
    with log.open("w") as out:
        desk = subprocess.Popen(line, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        yield f"http://127.0.0.1:{port}", _password_in(log, desk)
    finally:
        stop_desk(state_dir(directory / "state"))
        desk.terminate()
        desk.wait(60)


def _password_in(log: Path, desk: subprocess.Popen[bytes]) -> str:
    """Return the one-time password once the demonstration has played its scripts."""
    deadline = time.monotonic() + SLOWEST_START
    while True:
        text = log.read_text(errors="replace")
        told = re.search(r"one-time password (\S+)", text)
        if told and "The books balance" in text:
            return told[1]
        assert desk.poll() is None, f"The desk did not start:\n{text[-3000:]}"
        assert time.monotonic() < deadline, f"The desk is slow to start:\n{text[-3000:]}"
        time.sleep(0.1)
