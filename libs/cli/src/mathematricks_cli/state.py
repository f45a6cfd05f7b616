"""The state directory: where one desk keeps its key, its ports, its database and what it told the operator."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.mongod import free_port

PRIVATE = 0o600
LOCK_PATIENCE = 0.3
"""Seconds for those to let go who only look whether the desk is up."""


class DeskIsUp(OperatorFault):
    """Another process runs the desk of this state directory; the text names it."""


class DeskIsDown(OperatorFault):
    """Nothing runs the desk of this state directory; the text says how to start it."""


@dataclass(frozen=True)
class UpOptions:
    """
    What ``up`` was told; *paper_cash* is what a new paper account opens with, by currency.

    *shadow* is a version of Cerebro that runs beside the one that decides.
    *venue* runs the paper venue as a process of its own, *venue_faults* with faults on demand.
    """

    host: str
    port: int
    demo: bool
    paper_cash: dict[str, str]
    venue: bool = False
    venue_faults: bool = False
    shadow: str | None = None


@dataclass(frozen=True)
class DeskRecord:
    """
    What a running desk tells about itself.

    Attributes:
        urls: Where each service answers, by service name.
        url: Where people look: the browser's API, and in the embedded mode everything.
        pids: The other processes of the desk, by name.
        paper_cash: What a new paper account opens with, by currency.
        venue_url: Where the venue answers that is a process of its own; None where execution runs it.
    """

    pid: int
    mode: str
    bus: str
    demo: bool
    url: str
    urls: dict[str, str]
    mongo_url: str
    mongo_database: str
    pids: dict[str, int] = field(default_factory=dict)
    paper_cash: dict[str, str] = field(default_factory=dict)
    venue_url: str | None = None


@dataclass(frozen=True)
class StateDir:
    """One desk's directory on disk."""

    path: Path

    @property
    def log_path(self) -> Path:
        return self.path / "desk.log"

    @property
    def mongod_path(self) -> Path:
        return self.path / "mongod"

    def create(self) -> StateDir:
        """Make the directory, for its owner's eyes only; return itself."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)
        return self

    def deployment_key(self) -> str:
        """Return the key that all secrets of this desk hang on, made at the first call and kept."""
        path = self.path / "deployment.key"
        if not path.exists():
            _write_private(path, secrets.token_urlsafe(48))
        return path.read_text(encoding="utf-8").strip()

    def venue_token(self) -> str:
        """Return what execution and the venue of this desk know each other by, made at the first call and kept."""
        path = self.path / "venue.token"
        if not path.exists():
            _write_private(path, secrets.token_urlsafe(32))
        return path.read_text(encoding="utf-8").strip()

    def port(self, name: str) -> int:
        """Return the port kept for *name*, chosen freely at the first call, and kept for nobody else here."""
        ports: dict[str, int] = self.read("ports", {})
        while name not in ports:
            if (port := free_port()) not in ports.values():
                ports[name] = port
                self.write("ports", ports)
        return ports[name]

    def keep_port(self, name: str, port: int) -> None:
        """Keep *port* for *name* from now on."""
        self.write("ports", self.read("ports", {}) | {name: port})

    def read(self, name: str, default: Any) -> Any:
        """Return the JSON document *name*; *default* where there is none."""
        path = self.path / f"{name}.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else default

    def write(self, name: str, document: Any) -> None:
        """Replace the JSON document *name*, whole or not at all, readable by its owner only."""
        _write_private(self.path / f"{name}.json", json.dumps(document, indent=2))

    def desk(self) -> DeskRecord:
        """Return what the running desk told about itself; raise ``DeskIsDown``."""
        record, up = self.read("desk", None), self.is_up()
        if record is None and up:
            raise DeskIsDown(f"The desk of {self.path} is still starting; try again in a moment")
        if record is None or not up:
            raise DeskIsDown(f"No desk runs in {self.path}. Start one: mathematricks up --state {self.path}")
        return DeskRecord(**record)

    def tell(self, record: DeskRecord) -> None:
        """Record what the running desk is."""
        self.write("desk", asdict(record))

    def holder(self) -> int | None:
        """Return the living process that runs this desk; the system lets go of a dead one's lock by itself."""
        path = self.path / "desk.lock"
        if not path.exists():
            return None
        with path.open("r+") as lock:
            return None if _locked(lock) else int(lock.read() or 0)

    def is_up(self) -> bool:
        """Whether a living process runs this desk."""
        return self.holder() is not None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the directory while a desk runs in it; raise ``DeskIsUp`` if another does."""
        with (self.path / "desk.lock").open("a+") as lock:
            if not _locked_within(lock, LOCK_PATIENCE):
                told = self.read("desk", {"url": "starting"})
                raise DeskIsUp(f"The desk of {self.path} is up already (process {self.holder()}, {told['url']})")
            (self.path / "desk.json").unlink(missing_ok=True)  # what the last desk told is no longer true
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield


def state_dir(path: Path) -> StateDir:
    """Return the state directory at *path*, wherever the command is run from."""
    return StateDir(path.resolve())


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _locked_within(lock: IO[str], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not _locked(lock):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _write_private(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "w", encoding="utf-8") as file:
        file.write(text)
    beside.replace(path)
