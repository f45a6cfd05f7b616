"""A desk killed, cut and lied to while signals walk through it: the short run of what ``make chaos`` does at length."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mathematricks_cli.emulator import EmulatorMissing, find_jar, find_java
from mathematricks_cli.mongod import MongodMissing, find_mongod

SIGNALS = 36
SEED = 23
"""Any would do; a new fail point makes another plan of it."""
PATIENCE = 500


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `mathematricks chaos` says of one run."""
    try:
        find_mongod(), find_java(), find_jar()
    except (MongodMissing, EmulatorMissing) as missing:
        pytest.skip(f"NOT RUN: {missing}")
    place: Path = tmp_path_factory.mktemp("chaos")
    command = [sys.executable, "-m", "mathematricks_cli", "chaos", "--signals", str(SIGNALS), "--seed", str(SEED)]
    command += ["--kill", "all", "--faults", "all", "--rate", "10"]
    command += ["--state", str(place / "desk"), "--json", str(place / "report.json")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (place / "report.json").exists(), run.stdout + run.stderr
    told: dict[str, Any] = json.loads((place / "report.json").read_text(encoding="utf-8"))
    return told | {"exit": run.returncode}


def test_nothing_is_lost_doubled_orphaned_or_unexplained(report: dict[str, Any]) -> None:
    wrong = [breach for breach in report["breaches"] if not breach["what"].startswith("after ")]

    assert wrong == []
    assert (report["tally"]["accepted"], report["tally"]["decided"]) == (SIGNALS, SIGNALS)
    assert report["tally"]["executions"] > 0


def test_the_blows_of_its_plan_have_fallen_and_whoever_died_came_back(report: dict[str, Any]) -> None:
    deaths = [blow for blow in report["blows"] if blow["kind"] != "fault"]

    assert sum(len(blow["died"]) for blow in deaths) >= 2
    assert all(blow["away"] is not None and blow["recovery"] is not None for blow in deaths)
    assert report["tally"]["faults"] == 2


def test_it_ends_with_zero_only_if_every_promise_was_kept(report: dict[str, Any]) -> None:
    assert report["good"] is not bool(report["breaches"])
    assert report["exit"] == (0 if report["good"] else 1)
