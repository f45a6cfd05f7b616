"""The dashboards in a real browser: journeys through a desk of its own, axe and a picture of every page."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mathematricks_cli.mongod import MongodMissing, find_mongod
from support.demonstration import demonstration

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCREENS = ROOT / "build" / "screens"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
SLOWEST = 780.0
pytestmark = pytest.mark.timeout(960)
JOURNEYS = tuple(re.findall(r'^await journey\("([^"]+)"', (HERE / "journeys.mjs").read_text(), re.MULTILINE))


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Every journey's end, by its name; they walk one after another through one desk."""
    for missing in _missing():
        pytest.skip(f"NOT RUN, {missing}")
    with demonstration(tmp_path_factory.mktemp("pages")) as (base, password):
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
