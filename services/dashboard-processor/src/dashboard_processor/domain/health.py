"""Health: what a probe says of a service, beside what was known of it before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mathematricks.contracts.dashboard import Readiness, ServiceHealth


@dataclass(frozen=True)
class Probe:
    """One question to a service; *status* is HTTP's, None where nothing answered."""

    service: str
    status: int | None
    latency_ms: float
    at: datetime


def health_after(probe: Probe, before: ServiceHealth | None) -> ServiceHealth:
    """Return the health that *probe* shows; a silent service keeps the time it was last seen ready."""
    status = _readiness(probe.status)
    last_seen = probe.at if status == "ready" else before.last_seen if before else None
    return ServiceHealth(
        service=probe.service,
        status=status,
        latency_ms=None if probe.status is None else round(probe.latency_ms, 1),
        checked_at=probe.at,
        last_seen=last_seen,
    )


def _readiness(status: int | None) -> Readiness:
    if status is None:
        return "unreachable"
    return "ready" if status == 200 else "not_ready"
