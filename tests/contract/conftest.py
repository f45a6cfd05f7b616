"""The Pub/Sub emulator that contract tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mathematricks_cli.emulator import EmulatorMissing, own_emulator


@pytest.fixture(scope="session")
def emulator() -> Iterator[str]:
    """host:port of a Pub/Sub emulator, named in the environment too; skipped, loudly, where there is none."""
    try:
        with own_emulator() as host, pytest.MonkeyPatch.context() as environment:
            environment.setenv("PUBSUB_EMULATOR_HOST", host)
            yield host
    except EmulatorMissing as missing:
        pytest.skip(f"NOT RUN, no Pub/Sub emulator: {missing}")
