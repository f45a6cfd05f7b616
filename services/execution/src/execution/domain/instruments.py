"""What a contract is: the facts money depends on, from the bundled table or by the rules of its type."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from mathematricks.contracts.instruments import Contract, Instrument, Quote

STOCK = re.compile(r"[A-Z0-9]{1,10}([.\-][A-Z0-9]{1,4})?")
FOREX = re.compile(r"[A-Z]{6}")
CRYPTO = re.compile(r"[A-Z0-9]{1,12}/([A-Z]{3,5})")
OPTION_MULTIPLIER = Decimal(100)
CRYPTO_LOT = Decimal("0.00000001")
YEN = frozenset({"JPY", "HUF", "KRW"})
"""Currencies quoted to three decimals against others; the rest of FX is quoted to five."""


@dataclass(frozen=True)
class Reference:
    """The bundled table: futures by root, crypto by pair, leverage factors of known shares and funds."""

    futures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    crypto: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    leverage: Mapping[str, Decimal] = field(default_factory=dict)


def describe(contract: Contract, known: Reference) -> Instrument | None:
    """
    Return the instrument that *contract* names; None where the desk cannot trade it.

    A share, a currency pair, a coin and an option follow rules; a future's facts stand in the
    table or nowhere, and a root that is not there is not traded.
    """
    if contract.expiry is not None and not _is_day(contract.expiry):
        return None
    if contract.type == "STOCK":
        return _share(contract, known)
    if contract.type == "FOREX":
        return _pair(contract)
    if contract.type == "CRYPTO":
        return _coin(contract, known)
    return _future(contract, known) if contract.type == "FUTURE" else _option(contract)


def has_expired(contract: Contract, now: datetime) -> bool:
    """Return whether the day of expiry is over; what does not expire never has."""
    return contract.expiry is not None and contract.expiry < f"{now:%Y%m%d}"


def underlying_of(contract: Contract, quote_of: Callable[[Contract], Quote | None]) -> Decimal | None:
    """Return the mid price of an option's underlying, None for anything else or where unknown."""
    if contract.type != "OPTION":
        return None
    quote = quote_of(Contract(symbol=contract.symbol, type="STOCK"))
    return quote.mid if quote else None


def settles_at(contract: Contract, quote_of: Callable[[Contract], Quote | None]) -> Decimal | None:
    """
    Return the price at which an expired *contract* becomes cash; None where no quote tells.

    An option is worth what exercising it would bring; without a price of its underlying, and for a future, the
    contract's own last price counts.
    """
    underlying = underlying_of(contract, quote_of)
    if underlying is not None and contract.strike is not None:
        above = underlying - contract.strike
        return max(Decimal(0), above if contract.right == "C" else -above)
    own = quote_of(contract)
    return own.mid if own else None


def _is_day(expiry: str) -> bool:
    try:
        return expiry.isascii() and bool(date.fromisoformat(expiry))
    except ValueError:
        return False


def _share(contract: Contract, known: Reference) -> Instrument | None:
    if not STOCK.fullmatch(contract.symbol):
        return None
    return Instrument(
        instrument=contract.key,
        contract=contract,
        currency="USD",
        leverage=known.leverage.get(contract.symbol),
        calendar="us_equity",
    )


def _pair(contract: Contract) -> Instrument | None:
    if not FOREX.fullmatch(contract.symbol) or contract.symbol[:3] == contract.symbol[3:]:
        return None
    quote = contract.symbol[3:]
    tick = Decimal("0.001") if quote in YEN else Decimal("0.00001")
    return Instrument(instrument=contract.key, contract=contract, currency=quote, tick=tick, calendar="fx")


def _coin(contract: Contract, known: Reference) -> Instrument | None:
    found = CRYPTO.fullmatch(contract.symbol)
    if not found:
        return None
    tick = Decimal(known.crypto.get(contract.symbol, {}).get("tick", CRYPTO_LOT))
    return Instrument(instrument=contract.key, contract=contract, currency=found.group(1), lot=CRYPTO_LOT, tick=tick)


def _future(contract: Contract, known: Reference) -> Instrument | None:
    facts = known.futures.get(contract.symbol)
    if facts is None or contract.expiry is None:
        return None
    return Instrument(
        instrument=contract.key,
        contract=contract,
        currency=facts["currency"],
        multiplier=Decimal(facts["multiplier"]),
        tick=Decimal(facts["tick"]),
        initial_margin=Decimal(facts["initial_margin"]),
        calendar="cme",
    )


def _option(contract: Contract) -> Instrument | None:
    complete = contract.expiry and contract.strike is not None and contract.strike > 0 and contract.right
    if not complete or not STOCK.fullmatch(contract.symbol):
        return None
    return Instrument(
        instrument=contract.key,
        contract=contract,
        currency="USD",
        multiplier=OPTION_MULTIPLIER,
        calendar="us_equity",
    )
