"""Where the CPU goes in the embedded desk: samples of CPU time, counted by the package that spends it."""

from __future__ import annotations

import signal
from types import FrameType

from prometheus_client import Counter

SAMPLES = Counter("cpu_samples_total", "Samples of CPU time (one every 2 ms spent)", ["stage"])
STEP = 0.002
STAGES = frozenset(
    {
        "signal_ingestion",
        "cerebro",
        "execution",
        "account_data",
        "dashboard_processor",
        "frontend_api",
        "alerting",
    }
)


def sample_cpu() -> None:
    """Count, for each 2 ms of CPU this process spends, the service (or library) on top of the stack."""
    signal.signal(signal.SIGPROF, _count)
    signal.setitimer(signal.ITIMER_PROF, STEP, STEP)


def _count(_: int, frame: FrameType | None) -> None:
    SAMPLES.labels(_stage_of(frame)).inc()


def _stage_of(frame: FrameType | None) -> str:
    """Return the innermost service on the stack, else the innermost library that is at work."""
    library = "other"
    while frame is not None:
        parts = str(frame.f_globals.get("__name__", "")).split(".")
        if parts[0] in STAGES:
            return parts[0]
        if library == "other":
            library = ".".join(parts[:2]) if parts[0] == "mathematricks" else parts[0]
        frame = frame.f_back
    return library
