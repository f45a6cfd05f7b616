"""The simulated market of a demo: a price that wanders by its own seed and clock, and by nothing else."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from mathematricks.contracts.instruments import Contract, Instrument, InstrumentType

WAVES = ((1, 0.00005), (60, 0.0004), (3_600, 0.003), (86_400, 0.012))
"""Period in seconds and swing as a share of the price: a second moves about a basis point, a day a per cent."""

VOLATILITY = 0.3
"""Of a usual share, per year."""

HALF_SPREAD: dict[InstrumentType, Decimal] = {
    "STOCK": Decimal("0.0001"),
    "FOREX": Decimal("0.00005"),
    "CRYPTO": Decimal("0.0002"),
    "FUTURE": Decimal("0.0001"),
    "OPTION": Decimal("0.01"),
}
DEPTH: dict[InstrumentType, Decimal] = {
    "STOCK": Decimal(1_000_000),
    "FOREX": Decimal(1_000_000_000),
    "CRYPTO": Decimal(10_000),
    "FUTURE": Decimal(10_000),
    "OPTION": Decimal(10_000),
}
"""Units at each side: large, so that an order of a desk this size fills at the price it saw."""


@dataclass(frozen=True)
class Seed:
    """Where an instrument's walk began."""

    price: Decimal
    at: datetime


def two_sided(instrument: Instrument, seed: Seed, now: datetime) -> tuple[Decimal, Decimal]:
    """Return bid and ask of *instrument* at *now*, on its ticks and at least one tick apart."""
    middle = seed.price * Decimal(repr(1 + _drift(instrument.instrument, now) - _drift(instrument.instrument, seed.at)))
    half = max(abs(middle) * HALF_SPREAD[instrument.contract.type], instrument.tick / 2)
    bid = (middle - half) // instrument.tick * instrument.tick
    bid = max(bid, instrument.tick) if seed.price > 0 else bid
    ask = -(-(middle + half) // instrument.tick) * instrument.tick
    return bid, max(ask, bid + instrument.tick)


def option_premium(option: Contract, underlying: Decimal, now: datetime) -> Decimal | None:
    """
    Return what an option is worth by Black and Scholes, at a volatility of 30 % and no interest; a cent at least.

    None where the contract lacks strike, right or expiry. *underlying* is the price of its share.
    """
    if option.strike is None or option.right is None or option.expiry is None:
        return None
    expires = datetime.strptime(option.expiry, "%Y%m%d").replace(tzinfo=UTC) + timedelta(days=1)
    years = max((expires - now).total_seconds(), 3_600) / (365 * 86_400)
    spot, strike, spread = float(underlying), float(option.strike), VOLATILITY * math.sqrt(years)
    upper = math.log(spot / strike) / spread + spread / 2
    call = spot * _normal(upper) - strike * _normal(upper - spread)
    worth = call if option.right == "C" else call - spot + strike
    return max(Decimal("0.01"), Decimal(repr(round(worth, 2))))


def _normal(deviations: float) -> float:
    return (1 + math.erf(deviations / math.sqrt(2))) / 2


def _drift(instrument: str, at: datetime) -> float:
    """The same instrument at the same second has drifted the same, in every process and after every restart."""
    second = at.timestamp()
    return sum(swing * _wave(instrument, period, second) for period, swing in WAVES)


def _wave(instrument: str, period: int, second: float) -> float:
    """Noise between -1 and 1: a hashed height at each multiple of *period*, straight lines between them."""
    step, rest = divmod(int(second), period)
    before, after = _height(instrument, period, step), _height(instrument, period, step + 1)
    return before + (after - before) * rest / period


@lru_cache(maxsize=20_000)
def _height(instrument: str, period: int, step: int) -> float:
    digest = hashlib.blake2b(f"{instrument}:{period}:{step}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**63 - 1
