"""The venue as a process: killed at any moment it comes back with everything it had accepted."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from mathematricks_cli.mongod import free_port
from mathematricks_cli.state import StateDir
from pymongo import MongoClient

PATIENCE = 60.0
DATABASE = f"test_venue_{uuid.uuid4().hex[:12]}"


def test_a_killed_venue_comes_back_with_its_book(tmp_path: Path, mongo_url: str, monkeypatch: Any):
    monkeypatch.setenv("MONGO_URL", mongo_url)
    state, port = StateDir(tmp_path), free_port()
    try:
        with _running(state, port) as (process, venue):
            venue.post("/v1/market", json=[{"contract": AAPL}]).raise_for_status()
            venue.post("/v1/orders", json=ORDER).raise_for_status()
            before = venue.get("/control/tally").json()
            process.kill()
        with _running(state, port) as (process, venue):
            after = venue.get("/control/tally").json()
            venue.post("/v1/orders", json=ORDER).raise_for_status()
            again = venue.get("/control/tally").json()
            process.terminate()

            assert process.wait(PATIENCE) == 0
    finally:
        with MongoClient[dict[str, Any]](mongo_url) as client:
            client.drop_database(DATABASE)

    assert before["acceptances"] == {"o1.1": 1}
    assert before == after == again


AAPL = {"symbol": "AAPL", "type": "STOCK"}
ORDER = {"client_order_id": "o1.1", "account": "paper:a", "contract": AAPL, "side": "BUY", "quantity": "10"}


@contextmanager
def _running(state: StateDir, port: int) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    command = [sys.executable, "-m", "mathematricks_cli", "venue", "--faults"]
    command += ["--state", str(state.path), "--port", str(port), "--database", DATABASE]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    headers = {"Authorization": f"Bearer {state.venue_token()}"}
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False) as venue:
            _await_open(process, venue)
            yield process, venue
    finally:
        process.kill()
        process.wait()


def _await_open(process: subprocess.Popen[bytes], venue: httpx.Client) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the venue ended"
        try:
            if venue.get("/health").json()["faults"]:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the venue did not open")
