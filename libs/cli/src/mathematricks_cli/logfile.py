"""The desk's log: everything the process prints, but for the few lines meant for people."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

LONGEST = 64 * 2**20
"""Bytes after which the log of the last run is put aside at a start."""


@contextmanager
def logging_to(path: Path) -> Iterator[TextIO]:
    """
    Send what this process prints to the log at *path*; yield the terminal.

    ``sys.stderr`` stays the terminal's: what a service shows its operator once must not stand in a log.
    """
    if path.exists() and path.stat().st_size > LONGEST:
        path.replace(path.with_name(f"{path.name}.1"))
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    kept = [os.dup(1), os.dup(2)]
    with os.fdopen(os.dup(1), "w", buffering=1) as terminal:
        stderr = sys.stderr
        try:
            _point(log, log)
            sys.stderr = terminal
            yield terminal
        finally:
            sys.stderr = stderr
            _point(*kept)
            for descriptor in (log, *kept):
                os.close(descriptor)


def _point(out: int, error: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(out, 1)
    os.dup2(error, 2)
