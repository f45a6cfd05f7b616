"""
Measure the desk: latency at constant rates and signals per second flat out, beside this machine's floor.

``make bench`` runs it. Latencies count from the *intended* send time. Writes build/bench.json, prints a table.
Arguments: ``--seconds N`` per constant rate, ``--flat-out N`` seconds flat out, ``--modes embedded,processes``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import client
from mathematricks_cli.desk_client import desk_client
from mathematricks_cli.desk_setup import add_sender, add_strategy, allocate
from mathematricks_cli.mongod import free_port, own_mongod
from mathematricks_cli.state import state_dir
from probes import cpu_seconds, stages, submit_latencies, wait_for_submits

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "bench"
COMMAND = str(Path(sys.executable).parent / "mathematricks")
STRATEGIES = 100
RATES = (10, 50, 100)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--flat-out", type=int, default=60)
    parser.add_argument("--modes", default="embedded,processes")
    asked = parser.parse_args()
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    binary = client.build(WORK)
    report: dict[str, Any] = {"cores": os.cpu_count(), "floor": measure_floor(binary, asked.seconds)}
    for mode in asked.modes.split(","):
        report[mode] = measure_desk(binary, mode, asked.seconds, asked.flat_out)
    (ROOT / "build" / "bench.json").write_text(json.dumps(report, indent=1) + "\n")
    print_table(report)


def measure_floor(binary: Path, seconds: int) -> dict[str, Any]:
    """Return the latencies of an empty handler and of three journaled writes, at 100 a second."""
    port = free_port()
    with own_mongod(WORK / "floor-db") as url:
        environment = os.environ | {"MONGO_URL": url, "PORT": str(port)}
        server = subprocess.Popen([sys.executable, str(Path(__file__).parent / "floor.py")], env=environment)
        try:
            wait_until(f"http://127.0.0.1:{port}/openapi.json")
            body = json.dumps({"pad": "x" * 400}).encode()
            return {
                name: client.quantiles(
                    client.run(binary, port, [client.post(f"/{name}", body)] * (100 * seconds), 100).latencies
                )
                for name in ("empty", "three-writes")
            }
        finally:
            server.terminate()
            server.wait()


def measure_desk(binary: Path, mode: str, seconds: int, flat_out: int) -> dict[str, Any]:
    """Return latencies at each rate, the flat-out figure, where the CPU went, and whether the books balance."""
    with a_desk(mode) as desk:
        bodies = Bodies(asyncio.run(prepare(Path(desk["state"]))))
        client.run(binary, desk["intake_port"], bodies.take(200), 50)  # warm
        rates = {rate: measure_rate(binary, desk, bodies.take(rate * seconds), rate) for rate in RATES}
        flat = measure_flat_out(binary, desk, bodies, flat_out)
        books = subprocess.run(
            [COMMAND, "books", "--state", desk["state"], "--json"], stdout=subprocess.PIPE, check=False
        )
        return {"rates": rates, "flat_out": flat, "books_balance": books.returncode == 0, "stages": stages(desk)}


def measure_rate(binary: Path, desk: dict[str, Any], requests: list[bytes], rate: float) -> dict[str, Any]:
    before = cpu_seconds(desk)
    load = client.run(binary, desk["intake_port"], requests, rate)
    wait_for_submits(desk, len(requests))
    return {
        "acknowledge_ms": client.quantiles(load.latencies),
        "submit_ms": client.quantiles(submit_latencies(desk, requests, load)),
        "refused": sum(status >= 300 for status in load.statuses),
        "client_cpu_share": round(load.client_share, 3),
        "cpu_ms_per_signal": {
            name: round((spent - before[name]) * 1e3 / len(requests), 3) for name, spent in cpu_seconds(desk).items()
        },
    }


def measure_flat_out(binary: Path, desk: dict[str, Any], bodies: Bodies, seconds: int) -> dict[str, Any]:
    """Return signals per second from the first POST to the last fill booked."""
    before, began, sent, spent_by_client = cpu_seconds(desk), time.monotonic(), 0, 0.0
    while time.monotonic() - began < seconds:
        load = client.run(binary, desk["intake_port"], bodies.take(2000), 0, connections=64)
        sent += len(load.statuses)
        spent_by_client += load.client_cpu_seconds
        wait_for_submits(desk, 2000)
    elapsed = time.monotonic() - began
    return {
        "signals_per_second": round(sent / elapsed, 1),
        "signals": sent,
        "client_cpu_share": round(spent_by_client / elapsed, 3),
        "cpu_ms_per_signal": {
            name: round((spent - before[name]) * 1e3 / sent, 3) for name, spent in cpu_seconds(desk).items()
        },
    }


class Bodies:
    """Requests that keep trading: each strategy buys, then sells what it bought, for ever."""

    def __init__(self, token: str) -> None:
        self._path = f"/api/v1/signals/{token}"
        self._count = 0

    def take(self, count: int) -> list[bytes]:
        return [self._next() for _ in range(count)]

    def _next(self) -> bytes:
        self._count += 1
        round_, strategy = divmod(self._count, STRATEGIES)
        side, direction = ("BUY", "LONG") if round_ % 2 == 0 else ("SELL", "SHORT")
        leg = {"instrument": f"BEN{strategy % 5}", "instrument_type": "STOCK", "action": side, "direction": direction}
        leg |= {"quantity": 10, "order_type": "MARKET", "price": 100.0 + strategy % 5}
        body = {
            "strategy_name": f"bench-{strategy}",
            "signal_sent_EPOCH": int(time.time()),
            "signalID": f"b{self._count}",
        }
        body |= {"account_equity": 1_000_000, "signal_legs": [leg]}
        return client.post(self._path, json.dumps(body).encode())


@contextmanager
def a_desk(mode: str) -> Iterator[dict[str, Any]]:
    """Start a demo desk in *mode* with its state under build/bench, and stop it."""
    state, port = WORK / mode, free_port()
    flags = ["--processes"] if mode == "processes" else []
    command = [COMMAND, "up", "--state", str(state), "--port", str(port), "--demo", "--paper-cash", "USD=100000000"]
    environment = os.environ | {"MATHEMATRICKS_PROFILE": "1"}
    log = (WORK / f"{mode}.log").open("w")
    process = subprocess.Popen([*command, *flags], env=environment, stdout=log, stderr=log)
    try:
        wait_until(f"http://127.0.0.1:{port}/ready", 90)
        desk = told_by(state / "desk.json")
        intake = desk["urls"]["signal-ingestion"]
        yield desk | {"state": str(state), "intake_port": int(intake.rsplit(":", 1)[1].strip("/")), "pid": process.pid}
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        subprocess.run([COMMAND, "down", "--state", str(state)], check=False, stdout=subprocess.DEVNULL)


def told_by(record: Path, seconds: float = 90) -> dict[str, Any]:
    """Return what the desk tells once all of it is up: with a process per service, the front door is up first."""
    deadline = time.monotonic() + seconds
    while not record.exists():
        if time.monotonic() > deadline:
            sys.exit(f"{record} was not written within {seconds} s")
        time.sleep(0.1)
    desk: dict[str, Any] = json.loads(record.read_text())
    return desk


async def prepare(state: Path) -> str:
    """Open the strategies and a sender who can only set a URL; return the sender's token."""
    names = [f"bench-{number}" for number in range(STRATEGIES)]
    async with desk_client(state_dir(state)) as desk:
        for name in names:
            strategy = {"strategy_id": name, "strategy_name": name, "account": "Bench", "trading_mode": "PAPER"}
            await add_strategy(desk, strategy)
        await allocate(desk, dict.fromkeys(names, Decimal(1)), "bench")
        issued = await add_sender(desk, state_dir(state), "bench", names)
    token: str = issued["secrets"]["token"]
    return token


def wait_until(url: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.1)
    sys.exit(f"{url} did not answer within {seconds} s")


def print_table(report: dict[str, Any]) -> None:
    for name, row in report["floor"].items():
        print(f"floor, {name} at 100/s: p50 {row['p50']} ms, p99 {row['p99']} ms")
    for mode in (name for name in ("embedded", "processes") if name in report):
        print(f"\n{mode}: rate/s   acknowledge p50 / p99 ms   POST→submit p50 / p99 ms   client CPU   CPU ms a signal")
        for rate, row in report[mode]["rates"].items():
            latencies = [f"{row[what][q]:8.2f}" for what in ("acknowledge_ms", "submit_ms") for q in ("p50", "p99")]
            print(f"{rate:8d} {' '.join(latencies)}   {row['client_cpu_share']:.1%}   {row['cpu_ms_per_signal']}")
        flat = report[mode]["flat_out"]
        balance = "balance" if report[mode]["books_balance"] else "DO NOT BALANCE"
        print(f"flat out: {flat['signals_per_second']} signals/s over {flat['signals']} signals, books {balance}")
        print(f"          CPU ms a signal {flat['cpu_ms_per_signal']}, client CPU {flat['client_cpu_share']:.1%}")
        print("".join(f"  {name}: {value}\n" for name, value in sorted(report[mode]["stages"].items())))


if __name__ == "__main__":
    main()
