"""
Chaos at length: one run of ``mathematricks chaos`` per seed, each left as an artefact.

``make chaos`` runs it in the background (``SEEDS="1 2 3" SIGNALS=2000``). A seed whose report is there, good and of
this code, is not run again, so a run that was cut off goes on where it was; after a breach the desk's state stays
beside the report. Writes build/chaos/seed-N.json and build/chaos/summary.json, prints a line per seed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "chaos"
WRONG = ("lost", "doubled", "orphaned", "unexplained")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=2000)
    parser.add_argument("seeds", type=int, nargs="*", default=list(range(1, 21)))
    asked = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    code = code_of(ROOT)
    for seed in asked.seeds:
        if not is_done(seed, asked.signals, code):
            run(seed, asked.signals, code)
        tell(asked.seeds)
    sys.exit(0 if all(is_done(seed, asked.signals, code) for seed in asked.seeds) else 1)


def run(seed: int, signals: int, code: str) -> None:
    """Break one desk; leave the report, and the desk itself only where a promise was broken."""
    state, report = WORK / f"desk-{seed}", report_of(seed)
    shutil.rmtree(state, ignore_errors=True)
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "mathematricks_cli", "chaos", "--kill", "all", "--faults", "all"]
    command += ["--signals", str(signals), "--seed", str(seed), "--state", str(state), "--json", str(report)]
    with (WORK / f"seed-{seed}.log").open("wb") as log:
        done = subprocess.run(command, stdout=log, stderr=log, check=False)
    if done.returncode == 0:
        shutil.rmtree(state, ignore_errors=True)
    if report.exists():
        report.write_text(json.dumps(read(seed) | {"code": code}, indent=1) + "\n")


def is_done(seed: int, signals: int, code: str) -> bool:
    """Return whether the seed's report tells of a run of *code* that kept every promise."""
    told = read(seed)
    return bool(told and told["good"] and told.get("code") == code and told["options"]["signals"] == signals)


def tell(seeds: Iterable[int]) -> None:
    """Keep what all seeds have come to so far, and print the newest line."""
    told = {seed: read(seed) for seed in seeds}
    tallies = {seed: report["tally"] for seed, report in told.items() if report}
    slowest = [tally["slowest_recovery"] for tally in tallies.values() if tally["slowest_recovery"] is not None]
    summary = {
        "runs": len(tallies),
        "missing": [seed for seed, report in told.items() if not report],
        "good": sum(bool(report and report["good"]) for report in told.values()),
        **{name: sum(tally[name] for tally in tallies.values()) for name in ("sent", "accepted", "decided", "killed")},
        **{name: sum(tally[name] for tally in tallies.values()) for name in WRONG},
        "slowest_recovery": max(slowest, default=None),
    }
    (WORK / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")
    print(json.dumps(summary), flush=True)


def read(seed: int) -> dict[str, Any]:
    """Return the report of a seed; empty where there is none."""
    report = report_of(seed)
    found: dict[str, Any] = json.loads(report.read_text()) if report.exists() else {}
    return found


def report_of(seed: int) -> Path:
    """Return where the report of a seed lies."""
    return WORK / f"seed-{seed}.json"


def code_of(root: Path) -> str:
    """Return what names the code that runs: a hash over every source file."""
    digest = hashlib.sha256()
    for place in ("libs", "services"):
        for path in sorted((root / place).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    main()
