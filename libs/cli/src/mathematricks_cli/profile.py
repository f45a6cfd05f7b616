"""Where the CPU goes in the embedded desk: samples of CPU time, counted by the package that spends it."""

from __future__ import annotations

import atexit
import signal
from collections import Counter
from collections.abc import Iterator
from types import FrameType

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

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
    REGISTRY.register(_Samples())
    atexit.register(signal.setitimer, signal.ITIMER_PROF, 0)  # unhandled, the signal ends the process
    signal.signal(signal.SIGPROF, _count)
    signal.setitimer(signal.ITIMER_PROF, STEP)


class _Samples(Collector):
    # The handler interrupts whatever runs, whatever lock that holds: it may only count in a plain dictionary.
    def collect(self) -> Iterator[CounterMetricFamily]:
        family = CounterMetricFamily("cpu_samples", "Samples of CPU time (one every 2 ms spent)", labels=["stage"])
        for stage, count in dict(_counted).items():
            family.add_metric([stage], count)
        yield family


_counted: Counter[str] = Counter()


def _count(_: int, frame: FrameType | None) -> None:
    _counted[_stage_of(frame)] += 1
    signal.setitimer(signal.ITIMER_PROF, STEP)  # only now: a slow machine must not interrupt the counting itself


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
