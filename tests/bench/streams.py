"""
Measure what browsers that listen cost the signal path: 50 streams beside 50 signals per second.

``python tests/bench/streams.py``: rounds without and with streams take turns, so that what else the machine
does falls on both alike. Writes build/bench-streams.json, prints a table.
Arguments: ``--rounds N``, ``--seconds N`` per round, ``--streams N``, ``--rate N`` signals per second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import client
import desk as bench
from frontend_api.domain.sessions import PLAIN_COOKIE, Browser, SessionTerms, opened
from mathematricks.storage.mongo import to_document
from probes import records

TERMS = SessionTerms(timedelta(hours=1), timedelta(hours=1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("rounds", 4), ("seconds", 15), ("streams", 50), ("rate", 50)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    asked = parser.parse_args()
    bench.WORK = bench.ROOT / "build" / "bench-streams"
    shutil.rmtree(bench.WORK, ignore_errors=True)
    bench.WORK.mkdir(parents=True)
    binary = client.build(bench.WORK)
    with bench.a_desk("embedded") as desk:
        bodies = bench.Bodies(asyncio.run(bench.prepare(Path(desk["state"]))))
        client.run(binary, desk["intake_port"], bodies.take(200), 50)
        cookies = [let_in(desk, number) for number in range(asked.streams)]
        rounds: dict[str, list[dict[str, Any]]] = {"without": [], "with": []}
        for number in range(2 * asked.rounds):
            listeners = cookies if number % 2 else []
            with listening(desk["intake_port"], listeners) as heard:
                requests = bodies.take(asked.rate * asked.seconds)
                measured = bench.measure_rate(binary, desk, requests, asked.rate)
            rounds["with" if number % 2 else "without"].append(measured | {"heard": heard()})
    report = {name: summary(each) for name, each in rounds.items()} | {"rounds": rounds}
    (bench.ROOT / "build" / "bench-streams.json").write_text(json.dumps(report, indent=1) + "\n")
    for name in rounds:
        print(f"{name:8}", report[name])


def let_in(desk: dict[str, Any], number: int) -> str:
    """Open a session of the first admin without a login; return its cookie."""
    db, cookie = records(desk), f"bench-{number}-{time.time_ns()}"
    admin = db.users.find_one({"role": "admin"})
    db.users.update_one({"_id": admin["_id"]}, {"$set": {"must_change_password": False}})
    now = datetime.now(UTC)
    session = opened(cookie, admin["_id"], Browser("127.0.0.1", "bench"), TERMS, now)
    session = session.model_copy(update={"proven_at": now})
    db.sessions.insert_one(to_document(session, session.session_id))
    return cookie


@contextmanager
def listening(port: int, cookies: list[str]) -> Iterator[Any]:
    """Hold a stream open for each cookie, in a process of its own; yield what says how many bytes each heard."""
    heard = multiprocessing.Array("q", max(1, len(cookies)))
    process = multiprocessing.Process(target=listen_for_ever, args=(port, cookies, heard), daemon=True)
    process.start()
    time.sleep(1.5)
    yield lambda: {"streams": sum(each > 0 for each in heard[:]), "bytes": sum(heard[:])}
    process.terminate()
    process.join()


def listen_for_ever(port: int, cookies: list[str], heard: Any) -> None:
    async def listen(number: int, cookie: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"GET /api/stream HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {PLAIN_COOKIE}={cookie}\r\n\r\n"
        writer.write(head.encode())
        assert b"200" in await reader.readline()
        while chunk := await reader.read(1 << 16):
            heard[number] += len(chunk)

    async def all_of_them() -> None:
        await asyncio.gather(*(listen(number, cookie) for number, cookie in enumerate(cookies)))

    asyncio.run(all_of_them())


def summary(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the medians over the rounds."""

    def median(*path: str) -> float:
        values = []
        for each in rounds:
            for name in path:
                each = each[name]
            values.append(float(each))  # type: ignore[arg-type]
        return round(statistics.median(values), 3)

    return {
        "acknowledge_p50_ms": median("acknowledge_ms", "p50"),
        "acknowledge_p99_ms": median("acknowledge_ms", "p99"),
        "submit_p50_ms": median("submit_ms", "p50"),
        "submit_p99_ms": median("submit_ms", "p99"),
        "cpu_ms_per_signal": {name: median("cpu_ms_per_signal", name) for name in rounds[0]["cpu_ms_per_signal"]},
        "heard": rounds[-1]["heard"],
    }


if __name__ == "__main__":
    main()
