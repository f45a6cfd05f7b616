"""
Measure the desk: latency at constant rates and signals per second flat out, beside this machine's floor.

``make bench`` runs it. Latencies count from the *intended* send time. Writes build/bench.json, prints a table.
Arguments: ``--seconds N`` per constant rate, ``--flat-out N`` seconds flat out, ``--modes embedded,processes``.
"""

from __future__ import annotations

import argparse
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
from datetime import datetime
from pathlib import Path
from typing import Any

import client
import pymongo
from mathematricks.storage.mongo import CODEC
from mathematricks_cli.mongod import free_port, own_mongod

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "bench"
COMMAND = str(Path(sys.executable).parent / "mathematricks")
STRATEGIES = 20
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
        bodies = Bodies(prepare(desk))
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
        desk = json.loads((state / "desk.json").read_text())
        intake = desk["urls"]["signal-ingestion"]
        yield desk | {"state": str(state), "intake_port": int(intake.rsplit(":", 1)[1].strip("/")), "pid": process.pid}
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        subprocess.run([COMMAND, "down", "--state", str(state)], check=False, stdout=subprocess.DEVNULL)


def prepare(desk: dict[str, Any]) -> str:
    """Open the strategies and a sender who can only set a URL; return the sender's token."""
    state = ["--state", desk["state"]]
    names = [f"bench-{number}" for number in range(STRATEGIES)]
    for name in names:
        subprocess.run(
            [COMMAND, "strategy", "add", name, "--account", "Bench", *state], check=True, stdout=subprocess.DEVNULL
        )
    shares = [f"{name}=5" for name in names]
    subprocess.run([COMMAND, "allocation", "set", *shares, *state], check=True, stdout=subprocess.DEVNULL)
    flags = [part for name in names for part in ("--strategy", name)]
    added = subprocess.run(
        [COMMAND, "sender", "add", "bench", *flags, *state, "--json"], check=True, stdout=subprocess.PIPE
    )
    token: str = json.loads(added.stdout)["url_token"]
    return token


def records(desk: dict[str, Any]) -> Any:
    mongo = pymongo.MongoClient[dict[str, Any]](desk["mongo_url"])
    return mongo.get_database(desk.get("mongo_database", "mathematricks"), codec_options=CODEC)


def wait_for_submits(desk: dict[str, Any], count: int) -> None:
    """Wait until every accepted signal is decided and no order still moves."""
    db, deadline = records(desk), time.monotonic() + 120
    while time.monotonic() < deadline:
        undecided = db.signals.count_documents({}) - db.cerebro_decisions.count_documents({})
        if undecided == 0 and not db.orders.count_documents(
            {"status": {"$in": ["PENDING", "SUBMITTING", "SUBMITTED"]}}
        ):
            return
        time.sleep(0.05)
    print(f"warning: not everything was submitted within 120 s of the last of {count} requests", file=sys.stderr)


def submit_latencies(desk: dict[str, Any], requests: list[bytes], load: client.Load) -> list[float]:
    """Return milliseconds from the intended send to the broker call, for every request that became an order."""
    ids = [json.loads(request.split(b"\r\n\r\n", 1)[1])["signalID"] for request in requests]
    intended = dict(zip(ids, load.intended, strict=True))
    submitted: dict[str, datetime] = {}
    for order in records(desk).orders.find({"external_id": {"$in": ids}}, {"external_id": 1, "submitted_at": 1}):
        if order.get("submitted_at"):
            submitted[order["external_id"]] = order["submitted_at"]
    return [(at.timestamp() - intended[name]) * 1e3 for name, at in submitted.items()]


def stages(desk: dict[str, Any]) -> dict[str, float]:
    """Return the mean milliseconds in each handler, and the share of CPU samples by package where sampled."""
    times: dict[str, float] = {}
    for name, url in desk["urls"].items():
        text = urllib.request.urlopen(f"{url.rstrip('/')}/metrics", timeout=10).read().decode()
        rows = [line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#")]
        values = {key: float(value) for key, value in rows}
        for key, total in values.items():
            if key.startswith("bus_handling_seconds_sum") and (calls := values[key.replace("_sum", "_count")]):
                labels = key[key.index("{") :]
                times[f"handler {labels}"] = round(total / calls * 1e3, 3)
            if key.startswith("cpu_samples_total"):
                times[f"{name if len(set(desk['urls'].values())) > 1 else 'cpu'} {key[key.index('{') :]}"] = total
    return times


def cpu_seconds(desk: dict[str, Any]) -> dict[str, float]:
    """Return CPU seconds spent so far by the desk's processes and by mongod."""
    spent: dict[str, float] = {}
    for name, pid in {"desk": desk["pid"], **desk.get("pids", {})}.items():
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        spent[name] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent


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
