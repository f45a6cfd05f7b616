"""The compiled load generator: build it, feed it requests, read what it measured."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Load:
    """One run: per request the intended time (epoch seconds) and latency (ms), and what the client itself cost."""

    intended: list[float]
    latencies: list[float]
    statuses: list[int]
    seconds: float
    client_cpu_seconds: float

    @property
    def client_share(self) -> float:
        """The client's share of one core."""
        return self.client_cpu_seconds / self.seconds


def build(directory: Path) -> Path:
    """Compile the load generator into *directory*; exit with what to install where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        sys.exit("make bench needs a C compiler for its load generator: install gcc")
    binary = directory / "load"
    subprocess.run([compiler, "-O2", "-o", str(binary), str(HERE / "load.c")], check=True)
    return binary


def run(binary: Path, port: int, requests: Sequence[bytes], rate: float, connections: int = 32) -> Load:
    """Send *requests* at *rate* per second (0: flat out) and return what happened."""
    directory = binary.parent
    (directory / "requests").write_bytes(b"".join(struct.pack("<I", len(each)) + each for each in requests))
    command = [str(binary), "127.0.0.1", str(port), str(directory / "requests"), str(rate), str(connections)]
    done = subprocess.run([*command, str(directory / "out")], check=True, stdout=subprocess.PIPE)
    summary = json.loads(done.stdout)
    rows = [line.split() for line in (directory / "out").read_text().splitlines()]
    return Load(
        intended=[int(row[0]) / 1e6 for row in rows],
        latencies=[int(row[1]) / 1e3 for row in rows],
        statuses=[int(row[2]) for row in rows],
        seconds=summary["seconds"],
        client_cpu_seconds=summary["cpu_seconds"],
    )


def post(path: str, body: bytes) -> bytes:
    """Return a whole HTTP/1.1 request."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


def quantiles(values: Iterable[float]) -> dict[str, float]:
    """Return p50, p99 and the largest of *values*."""
    ordered = sorted(values)
    if not ordered:
        return {"p50": float("nan"), "p99": float("nan"), "max": float("nan")}
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.99)]
    return {"p50": round(at[0], 2), "p99": round(at[1], 2), "max": round(ordered[-1], 2)}
