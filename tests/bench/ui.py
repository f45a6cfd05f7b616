"""
Measure the budgets of the pages in Chromium, on a demonstration's desk of its own.

``make bench-ui`` runs it. Writes build/bench-ui.json, prints a table, and ends with 1 where a budget is missed.
Arguments: the budgets to measure, of size, interactive, live, scrolling, redrawing and lighthouse; all without any.
Names of pages among them say which Lighthouse looks at; all without any.
"""

from __future__ import annotations

import asyncio
import json
import math
import shutil
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from dashboard_processor.domain.curves import Sample, curve
from mathematricks_cli import fleet
from mathematricks_cli.demo import set_up
from mathematricks_cli.desk_client import desk_client
from mathematricks_cli.playing import FrontDoor, Pace, play
from mathematricks_cli.script import Step
from mathematricks_cli.state import state_dir
from probes import records
from streams import let_in
from support.demonstration import demonstration

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "bench-ui"
SIGNALS = 30
BARS = {
    "size": ("JS and CSS over the line", 180.0, "KB"),
    "size of login": ("JS and CSS over the line", 120.0, "KB"),
    "performance": ("Lighthouse mobile, performance", 95.0, ""),
    "lcp": ("Lighthouse mobile, LCP", 2.5, "s"),
    "accessibility": ("Lighthouse mobile, accessibility", 100.0, ""),
    "interactive": ("Interactive, warm", 1000.0, "ms"),
    "live": ("A live update painted, p95", 200.0, "ms"),
    "scrolling": ("10,000 rows scrolled, a frame's p95", 8.0, "ms"),
    "redrawing": ("100,000 points redrawn, a frame's p95", 8.0, "ms"),
}
AT_LEAST = ("performance", "accessibility")


def main() -> None:
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    with demonstration(WORK) as (base, _):
        found = measured(base, state_dir(WORK / "state").desk(), sys.argv[1:])
    for each in found:
        each["bar"], each["met"] = judged(each)
    (ROOT / "build" / "bench-ui.json").write_text(json.dumps(found, indent=1) + "\n")
    for each in found:
        name, _, unit = BARS[bar_of(each)]
        value = f"{each['measured']:9.2f}" if each["measured"] is not None else "  nothing"
        print(f"{'    ok' if each['met'] else 'MISSED'} {name:38} {each['page']:12} {value} of {each['bar']:g} {unit}")
    sys.exit(not all(each["met"] for each in found))


def measured(base: str, record: Any, asked: list[str]) -> list[dict[str, Any]]:
    """Return what Chromium measured, one document for each page and budget."""
    desk = asdict(record)
    line = ["node", str(Path(__file__).with_suffix(".mjs")), base, let_in(desk, 0), str(a_long_curve()), *asked]
    browser = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    assert browser.stdout is not None
    found, written = list[dict[str, Any]](), dict[str, float]()
    with watched(desk, written):
        for said in map(json.loads, browser.stdout):
            if said["budget"] == "ready":
                threading.Thread(target=lambda: asyncio.run(send(WORK / "state")), daemon=True).start()
            elif said["budget"] == "painted":
                found.append(delays(said["at"], said["heard"], written))
            else:
                found.append(said)
    if browser.wait():
        raise SystemExit("Chromium did not come to the end")
    return found


def a_long_curve() -> Path:
    """Write what the desk tells a page of 100,000 points of equity; return where."""
    begin, samples = datetime(2024, 1, 1, tzinfo=UTC), list[Sample]()
    for n in range(100_000):
        value = Decimal(round(1e8 + 2e7 * math.sin(n / 9000) + 1e6 * math.sin(n * n))) / 100
        samples.append(Sample(begin + timedelta(minutes=10 * n), value, value))
    path = WORK / "curve.json"
    path.write_text(curve("all", samples).model_dump_json())
    return path


def delays(
    painted: Mapping[str, float | None], heard: Mapping[str, float], written: Mapping[str, float]
) -> dict[str, Any]:
    """Return how long after its document was written each signal was painted, p95 of all, and heard on the stream."""
    late = sorted(at - written[signal] for signal, at in painted.items() if at and signal in written)
    assert len(late) >= SIGNALS / 2, f"Only {len(late)} signals were both written and painted"
    return {
        "budget": "live",
        "page": "home",
        "measured": late[int(0.95 * (len(late) - 1))],
        "median": statistics.median(late),
        "heard": statistics.median(heard[one] - written[one] for one in painted if one in heard and one in written),
        "worst": late[-1],
        "signals": len(late),
    }


@contextmanager
def watched(desk: dict[str, Any], written: dict[str, float]) -> Iterator[None]:
    """Note in *written* when the overview that first tells each signal was written, in milliseconds."""
    changes = records(desk).dashboard_overview.watch(full_document="updateLookup", max_await_time_ms=200)
    over = threading.Event()

    def note() -> None:
        while not over.is_set():
            change = changes.try_next()
            if change and change.get("fullDocument", {}).get("mode") == "PAPER":
                for signal in change["fullDocument"]["signals"]:
                    written.setdefault(signal["signal_id"], change["wallTime"].timestamp() * 1e3)

    watcher = threading.Thread(target=note, daemon=True)
    watcher.start()
    yield
    over.set()
    watcher.join()


async def send(state: Path) -> None:
    """Post a signal a second at the front door, as the demonstration's sender."""
    where = state_dir(state)
    async with desk_client(where) as desk, httpx.AsyncClient(timeout=30) as http:
        sender = await set_up(desk, where)
        door = FrontDoor(http, desk.url(fleet.INGESTION, "/api/v1/signals"), sender)
        steps = [Step(body(number), wait=1.0) for number in range(SIGNALS)]
        async for posted in play(steps, sender.player(None), door, Pace()):
            assert posted.verdict == "accepted", posted


def body(number: int) -> dict[str, Any]:
    leg = {"instrument": "KO", "instrument_type": "STOCK", "action": "BUY", "direction": "LONG"}
    leg |= {"quantity": 10.0 + number, "order_type": "MARKET", "price": 68.15}
    return {"strategy_name": "Sample Equity", "signal_type": "ENTRY", "account_equity": 1_000_000} | {
        "passphrase": "",
        "signal_legs": [leg],
    }


def bar_of(found: Mapping[str, Any]) -> str:
    return "size of login" if (found["budget"], found["page"]) == ("size", "login") else found["budget"]


def judged(found: Mapping[str, Any]) -> tuple[float, bool]:
    """Return the budget of what was measured, and whether it is met."""
    bar, value = BARS[bar_of(found)][1], found["measured"]
    if value is None:
        return bar, False
    return bar, round(value, 2) >= bar if found["budget"] in AT_LEAST else value <= bar


if __name__ == "__main__":
    main()
