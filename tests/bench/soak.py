"""
Soak the desk: many signals through one embedded desk, and what each tenth of them cost.

``make soak`` runs it (``--signals N``). Nothing may grow with history: memory, latency, CPU and unsettled records per
signal in the last tenth stay within a fifth of those in the first. Times are held against what a fixed piece of
work took in the same tenth, for a machine's speed changes with its neighbours'. Then the newest decisions are
decided again from their inputs. Writes build/soak.json, prints a table; 1 if something grew or differs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import client
import desk as bench
from probes import cpu_seconds, records, submit_latencies, wait_for_submits

WORK = bench.ROOT / "build" / "soak"
TENTHS = 10
AT_ONCE = 2000
RATE = 50
VERIFIED = 10_000
MAY_GROW = 1.2
PIECE = {f"field-{number}": [number, str(number), number / 7] for number in range(200)}
MEASURED = 500
"""Signals at a constant rate after each tenth, for a latency that is not the queue's."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=200_000)
    asked = parser.parse_args()
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    bench.WORK = WORK
    binary = client.build(WORK)
    with bench.a_desk("embedded") as desk:
        bodies = bench.Bodies(asyncio.run(bench.prepare(Path(desk["state"]))))
        client.run(binary, desk["intake_port"], bodies.take(1000), 100)  # caches fill, pools open
        wait_for_submits(desk, 1000)
        tenths = [tenth(binary, desk, bodies, asked.signals // TENTHS) for _ in range(TENTHS)]
        report = {
            "signals": asked.signals,
            "tenths": tenths,
            "growth": growth(tenths),
            "books_balance": subprocess.run([bench.COMMAND, "books", "--state", desk["state"]]).returncode == 0,
            "decided_again": verified(desk),
        }
    (bench.ROOT / "build" / "soak.json").write_text(json.dumps(report, indent=1) + "\n")
    print_table(report)
    kept = report["books_balance"] and not report["decided_again"]["different"] and not tenths[-1]["unsettled"]
    sys.exit(0 if kept and max(report["growth"].values()) <= MAY_GROW else 1)


def verified(desk: dict[str, Any]) -> dict[str, Any]:
    """Decide the newest decisions again from their recorded inputs; return how many, and how many differ."""
    command = [bench.COMMAND, "replay", "verify", "--limit", str(VERIFIED), "--json", "--state", desk["state"]]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout.splitlines()
    verdict: dict[str, Any] = json.loads(told[0])
    return verdict


def reference_ms() -> float:
    """Return the CPU milliseconds that a fixed piece of work takes now."""
    began = time.process_time()
    for _ in range(50):
        json.loads(json.dumps(PIECE))
    return (time.process_time() - began) * 1e3


def tenth(binary: Path, desk: dict[str, Any], bodies: bench.Bodies, count: int) -> dict[str, Any]:
    """Send *count* signals flat out and some at a constant rate; return what they cost and left behind."""
    before, began, sent, references = cpu_seconds(desk), time.monotonic(), 0, [reference_ms()]
    while sent < count:
        portion = min(AT_ONCE, count - sent)
        client.run(binary, desk["intake_port"], bodies.take(portion), 0, connections=64)
        wait_for_submits(desk, portion)
        sent += portion
        references.append(reference_ms())
    took, spent = time.monotonic() - began, cpu_seconds(desk)
    requests = bodies.take(MEASURED)
    load = client.run(binary, desk["intake_port"], requests, RATE)
    wait_for_submits(desk, MEASURED)
    latency = client.quantiles(submit_latencies(desk, requests, load))
    time.sleep(5)  # sweeps look after two seconds
    return {
        "signals_per_second": round(count / took, 1),
        "cpu_ms": {name: round((spent[name] - before[name]) * 1e3 / count, 3) for name in spent},
        "reference_ms": round(statistics.mean(references), 3),
        "submit_p50_ms": latency["p50"],
        "submit_p99_ms": latency["p99"],
        "memory_mib": {name: memory_mib(pid) for name, pid in {"desk": desk["pid"], **desk.get("pids", {})}.items()},
        "unsettled": unsettled(desk),
    }


def memory_mib(pid: int) -> float:
    rows = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return round(int(rows["VmRSS"].split()[0]) / 1024, 1)


def unsettled(desk: dict[str, Any]) -> int:
    db = records(desk)
    return sum(
        db[name].count_documents({"owed.next": {"$exists": True}})
        for name in ("signals", "cerebro_decisions", "executions")
    )


def growth(tenths: list[dict[str, Any]]) -> dict[str, float]:
    """Return last tenth over first: of CPU and latency, each over the machine's own, and of the desk's memory."""
    first, last = tenths[0], tenths[-1]
    machine = last["reference_ms"] / first["reference_ms"]
    ratios = {f"cpu of {name}": last["cpu_ms"][name] / first["cpu_ms"][name] / machine for name in first["cpu_ms"]}
    ratios["submit p50"] = last["submit_p50_ms"] / first["submit_p50_ms"] / machine
    ratios["memory of desk"] = last["memory_mib"]["desk"] / first["memory_mib"]["desk"]
    return {name: round(ratio, 3) for name, ratio in ratios.items()}


def print_table(report: dict[str, Any]) -> None:
    print("tenth   signals/s   CPU ms a signal (desk, mongod)   reference ms   submit p50 / p99 ms   MiB   unsettled")
    for number, row in enumerate(report["tenths"], 1):
        cpu, memory = row["cpu_ms"], row["memory_mib"]
        print(
            f"{number:5d} {row['signals_per_second']:11.1f} {cpu['desk']:12.2f} {cpu.get('mongod', 0):8.2f}"
            f" {row['reference_ms']:21.2f} {row['submit_p50_ms']:12.1f} {row['submit_p99_ms']:8.1f}"
            f" {memory['desk']:5.0f} {row['unsettled']:11d}"
        )
    print("last over first: " + ", ".join(f"{name} {ratio}" for name, ratio in report["growth"].items()))
    print("books balance" if report["books_balance"] else "BOOKS DO NOT BALANCE")
    print("decided again: {decisions}, different: {different}".format(**report["decided_again"]))


if __name__ == "__main__":
    main()
