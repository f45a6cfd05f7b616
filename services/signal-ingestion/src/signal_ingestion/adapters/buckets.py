"""Rates, kept in memory: one token bucket per key."""

from __future__ import annotations

import time
from collections.abc import Callable

MOST_KEYS = 10_000


class TokenBuckets:
    """
    Let *burst* pass at once and *rate* per second after that, for each key apart.

    Only the keys seen last are remembered; one that was forgotten starts with a full bucket.
    """

    def __init__(self, rate: float, burst: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._monotonic = rate, burst, monotonic
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, key: str) -> bool:
        now = self._monotonic()
        tokens, since = self._buckets.pop(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - since) * self._rate)
        allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > MOST_KEYS:
            del self._buckets[next(iter(self._buckets))]
        return allowed
