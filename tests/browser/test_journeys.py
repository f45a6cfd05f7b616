"""The dashboards in a real browser: journeys through a desk of its own, axe and a picture of every page."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from mathematricks_cli.mongod import MongodMissing, find_mongod, free_port
from mathematricks_cli.state import state_dir
from mathematricks_cli.verbs.up import stop_desk

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCREENS = ROOT / "build" / "screens"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
SLOWEST_START, SLOWEST = 120.0, 780.0
pytestmark = pytest.mark.timeout(960)
JOURNEYS = tuple(re.findall(r'^await journey\("([^"]+)"', (HERE / "journeys.mjs").read_text(), re.MULTILINE))


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Every journey's end, by its name; they walk one after another through one desk."""
    for missing in _missing():
        pytest.skip(f"NOT RUN, {missing}")
    with _demonstration(tmp_path_factory.mktemp("pages")) as (base, password):
        line = ["node", str(HERE / "journeys.mjs"), base, password, str(SCREENS)]
        environment = {**os.environ, "CHROMIUM": str(CHROMIUM)}
        run = subprocess.run(line, capture_output=True, text=True, check=False, timeout=SLOWEST, env=environment)
    said = [json.loads(each) for each in run.stdout.splitlines() if each.startswith("{")]
    assert said, f"The journeys did not begin:\n{run.stderr}"
    return {each["name"]: each for each in said}


@pytest.mark.parametrize("name", JOURNEYS)
def test_in_a_browser(ends: dict[str, dict[str, Any]], name: str) -> None:
    assert name in ends, "It was not walked: an earlier one broke the browser"
    assert ends[name]["ok"], ends[name].get("error")


def _missing() -> Iterator[str]:
    if CHROMIUM is None:
        yield "no Chromium: apt-get install chromium, or name one in CHROMIUM"
    if shutil.which("node") is None or not (ROOT / "frontend" / "node_modules" / "playwright-core").is_dir():
        yield "no Node, or nothing installed in frontend/: make frontend"
    if not (ROOT / "frontend" / "dist" / "index.html").is_file():
        yield "the pages are not built: make frontend"
    try:
        find_mongod()
    except MongodMissing as why:
        yield f"no MongoDB: {why}"


@contextmanager
def _demonstration(directory: Path) -> Iterator[tuple[str, str]]:
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
