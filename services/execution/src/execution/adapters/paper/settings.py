"""Everything the paper venue can be told: its tariff, its depth, its latency, and what a new account holds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from mathematricks.contracts.instruments import Instrument, InstrumentType

from execution.adapters.paper.engine.commissions import TARIFFS, Tariff
from execution.adapters.paper.engine.matching import Depth
from execution.ports import BrokerOrder


@dataclass(frozen=True)
class Latency:
    """How long an order travels to the venue: *fixed* plus up to *jitter*, by *seed* and the order's id."""

    fixed: timedelta = timedelta(0)
    jitter: timedelta = timedelta(0)
    seed: int = 0

    def of(self, client_order_id: str) -> timedelta:
        """Return the travel time of one order: the same on every run."""
        if not self.jitter:
            return self.fixed
        digest = hashlib.sha256(f"{self.seed}:{client_order_id}".encode()).digest()
        return self.fixed + self.jitter * (int.from_bytes(digest[:4]) / 2**32)


def everything(asked: BrokerOrder, instrument: Instrument) -> Decimal | None:
    """Return that an arriving order may take whatever its quote gives."""
    return None


@dataclass(frozen=True)
class PaperSettings:
    """
    How the venue behaves.

    Attributes:
        default_cash: What an account ``paper:*`` holds when its first order opens it.
        remembered: Ended orders kept in memory per venue; older ones are read from the store.
        checkpoint_every: Fills of an account between two checkpoints.
        offered: The most of an arriving order that the quote it meets may give; None: all of it.
        credit_for: How long an account's valuation may serve to accept orders; a refusal is always judged anew.
    """

    tariffs: Mapping[InstrumentType, Tariff] = field(default_factory=lambda: TARIFFS)
    depth: Depth = field(default_factory=Depth)
    latency: Latency = field(default_factory=Latency)
    default_base_currency: str = "USD"
    default_cash: Mapping[str, Decimal] = field(default_factory=lambda: {"USD": Decimal(1_000_000)})
    offered: Callable[[BrokerOrder, Instrument], Decimal | None] = everything
    remembered: int = 10_000
    checkpoint_every: int = 500
    credit_for: timedelta = timedelta(seconds=1)
