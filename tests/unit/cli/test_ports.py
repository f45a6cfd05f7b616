"""Ports that are handed out before anybody listens on them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from mathematricks_cli import mongod

ASK = (
    "from mathematricks_cli import mongod; mongod.LASTING_PORTS = range(20_000, 20_100, 20); print(mongod.free_port())"
)


def test_a_port_is_told_once_here_and_to_no_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongod, "LASTING_PORTS", range(20_000, 20_100, 20))
    monkeypatch.setattr(mongod, "_marks", marks := [])

    ours = [mongod.free_port() for _ in range(6)]
    theirs = int(subprocess.run([sys.executable, "-c", ASK], stdout=subprocess.PIPE, check=True).stdout)

    for mark in marks:
        mark.close()
    assert len({*ours, theirs}) == 7
