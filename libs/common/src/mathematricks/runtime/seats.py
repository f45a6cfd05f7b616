"""How much one may hold open at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Seats:
    """Let each key hold *most* things open at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = Counter[str]()

    @contextmanager
    def taken(self, key: str) -> Iterator[bool]:
        """Hold a seat of *key* while inside; False: there is none left, and none is held."""
        free = self._held[key] < self._most
        self._held[key] += free
        try:
            yield free
        finally:
            self._held[key] -= free
            self._held += Counter()  # forgets who holds nothing
