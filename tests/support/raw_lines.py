"""Real bodies as a webhook stored them, where the checkout has them beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "signals"


def raw_lines() -> list[bytes]:
    """Return one stored body per line; the test is skipped, loudly, where there are none."""
    place = BESIDE / "raw_signals.jsonl"
    if not place.exists():
        pytest.skip("NOT RUN, no real bodies: shared/data/signals/raw_signals.jsonl is not beside this checkout")
    return place.read_bytes().splitlines()


def samples() -> list[Path]:
    """Return the senders' test scripts; the test is skipped, loudly, where there are none."""
    found = sorted((BESIDE / "samples").glob("*.json"))
    if not found:
        pytest.skip("NOT RUN, no sample scripts: shared/data/signals/samples is not beside this checkout")
    return found
