"""Faults on demand: what is armed, whom it strikes, and how often it has."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal[
    "reply_lost",
    "order_lost",
    "delay",
    "duplicate_events",
    "reordered_events",
    "partial_fills",
    "reject",
    "disconnect",
    "reused_ids",
    "liquidation",
    "stale_clock",
]
LONGEST = 86_400


class Fault(BaseModel):
    """
    A fault as it is asked for.

    Without a *seed* the next *times* occasions are struck; with one, every second occasion on
    average, by the seed, until *times* have been.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    times: Annotated[int, Field(ge=1, le=100_000)] = 1
    seconds: Annotated[float, Field(ge=0, le=LONGEST)] = 0
    account: Annotated[str, Field(max_length=200)] | None = None
    instrument: Annotated[str, Field(max_length=200)] | None = None
    seed: int | None = None


@dataclass
class Armed:
    """A fault that waits for its occasions; *struck* counts those it took."""

    fault: Fault
    struck: int = 0
    _chance: random.Random | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.fault.seed is not None:
            self._chance = random.Random(self.fault.seed)  # noqa: S311 - chance that can be repeated, no secret

    @property
    def left(self) -> int:
        """How often it may strike yet."""
        return self.fault.times - self.struck

    def concerns(self, account: str | None, instrument: str | None) -> bool:
        """Whether an occasion in *account* and *instrument* is one of this fault's."""
        fault = self.fault
        return fault.account in (None, account) and fault.instrument in (None, instrument)

    def takes(self) -> bool:
        """Whether it strikes at the occasion that is there now; counted where it does."""
        if self.left <= 0 or (self._chance is not None and self._chance.random() < 0.5):
            return False
        self.struck += 1
        return True

    def as_document(self) -> dict[str, Any]:
        """Return the fault as the control API shows it."""
        return {**self.fault.model_dump(), "struck": self.struck, "left": self.left}


class Faults:
    """Every fault that was armed since the last clearing; *seed* decides what a fault leaves open."""

    def __init__(self, seed: int = 0) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - chance that can be repeated, no secret
        self._armed: list[Armed] = []

    def arm(self, fault: Fault) -> Armed:
        """Let *fault* wait for its occasions."""
        armed = Armed(fault)
        self._armed.append(armed)
        return armed

    def clear(self) -> None:
        """Let nothing strike any more, and forget what did."""
        self._armed.clear()

    def strike(self, kind: Kind, account: str | None = None, instrument: str | None = None) -> Fault | None:
        """Return the fault that strikes at this occasion, None where none does."""
        for armed in self._armed:
            if armed.fault.kind == kind and armed.concerns(account, instrument) and armed.takes():
                return armed.fault
        return None

    def waiting(self, kind: Kind) -> list[Armed]:
        """Return what of *kind* may strike yet."""
        return [armed for armed in self._armed if armed.fault.kind == kind and armed.left > 0]

    def as_document(self) -> dict[str, Any]:
        """Return everything armed, spent faults too, with how often each has struck."""
        return {"faults": [armed.as_document() for armed in self._armed]}
