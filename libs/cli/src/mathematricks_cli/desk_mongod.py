"""The MongoDB of one state directory: adopted where it survived a killed desk, else started."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from mathematricks_cli import processes
from mathematricks_cli.mongod import MongodMissing, await_primary, end_sessions, free_port, start_mongod, url_for
from mathematricks_cli.state import StateDir

WATCH_EVERY = 0.2
CACHE_GB = 1.0
"""The indexes of some 100,000 signals fill half of it; what no longer fits is read and written again and again."""


@dataclass(frozen=True)
class DeskMongod:
    """A running mongod; ``pid`` is None for one that is not ours to stop (``MONGO_URL``)."""

    url: str
    pid: int | None


@contextmanager
def desk_mongod(state: StateDir) -> Iterator[DeskMongod]:
    """Yield the desk's MongoDB (``MONGO_URL`` if set), and stop it afterwards if it is the desk's own."""
    if given := os.environ.get("MONGO_URL"):
        yield DeskMongod(given, None)
        return
    mongod = adopt_or_start(state)
    stopping = threading.Event()
    watch = threading.Thread(target=_keep_alive, args=(state, stopping), name="mongod-watch", daemon=True)
    watch.start()
    try:
        yield mongod
    finally:
        stopping.set()
        watch.join()
        stop_surviving_mongod(state)


def adopt_or_start(state: StateDir) -> DeskMongod:
    """Return the directory's mongod, started if none survives; raise ``MongodMissing``."""
    if survivor := find_surviving_mongod(state):
        await_primary(survivor.port, state.mongod_path, lambda: processes.is_alive(survivor.pid))
        end_sessions(survivor.port)
        return DeskMongod(url_for(survivor.port), survivor.pid)
    port = _port(state)
    process = start_mongod(state.mongod_path, port, cache_gb=CACHE_GB)
    return DeskMongod(url_for(port), process.pid)


@dataclass(frozen=True)
class Survivor:
    """A mongod that runs on our directory, whoever started it."""

    pid: int
    port: int


def find_surviving_mongod(state: StateDir) -> Survivor | None:
    """Return the mongod that serves the directory now; mongod notes its process in ``mongod.lock``."""
    lock = state.mongod_path / "mongod.lock"
    noted = lock.read_text().strip() if lock.exists() else ""
    command = processes.command_of(int(noted)) if noted else ()
    if "--dbpath" not in command or Path(command[command.index("--dbpath") + 1]) != state.mongod_path:
        return None
    return Survivor(int(noted), int(command[command.index("--port") + 1]))


def stop_surviving_mongod(state: StateDir) -> bool:
    """Stop the directory's mongod cleanly; return whether there was one."""
    survivor = find_surviving_mongod(state)
    if survivor:
        processes.stop(survivor.pid, patience=20)
    return survivor is not None


def _keep_alive(state: StateDir, stopping: threading.Event) -> None:
    while not stopping.wait(WATCH_EVERY):
        if find_surviving_mongod(state) is None:
            with suppress(MongodMissing):  # it ended at once: try again
                adopt_or_start(state)


def _port(state: StateDir) -> int:
    """Return the kept port; another one, kept from now on, where somebody else took it meanwhile."""
    port = state.port("mongod")
    deadline = time.monotonic() + 2
    while not is_free(port):
        if time.monotonic() > deadline:
            port = free_port()
            state.keep_port("mongod", port)
        time.sleep(0.05)
    return port


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether *port* could be listened on now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True
