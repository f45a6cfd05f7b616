"""Instruments: what identifies one, what it is worth per point, and its quotes."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from mathematricks.contracts.base import Currency, Id, Instant, Message, Money, Price, Quantity

InstrumentType = Literal["STOCK", "FOREX", "CRYPTO", "FUTURE", "OPTION"]
Right = Literal["C", "P"]
ExpiryDate = Annotated[str, Field(pattern=r"^[0-9]{8}$", examples=["20261218"])]


class Contract(Message):
    """
    What identifies an instrument, as every service names it.

    ``symbol`` is the root: ``AAPL``, ``AUDNZD``, ``BTC/USD``, ``GC``, or an option's underlying.
    """

    symbol: Annotated[str, Field(min_length=1, max_length=40)]
    type: InstrumentType
    expiry: ExpiryDate | None = None
    strike: Price | None = None
    right: Right | None = None
    exchange: Annotated[str, Field(max_length=20)] | None = None

    @property
    def key(self) -> str:
        """The instrument's one name: ``AAPL``, ``BTC/USD``, ``GC-20261229``, ``GOOGL-20270115-C-140.5``."""
        parts = [self.symbol]
        if self.type in ("FUTURE", "OPTION"):
            parts.append(self.expiry or "?")
        if self.type == "OPTION":
            strike = self.strike if self.strike is not None else Decimal(0)
            parts += [self.right or "?", f"{strike.normalize():f}"]
        return "-".join(parts)


class Instrument(Message):
    """One tradable thing and the facts that money depends on."""

    instrument: Id = Field(description="Contract.key")
    contract: Contract
    currency: Currency = Field(description="Currency of its price")
    multiplier: Decimal = Field(Decimal(1), gt=0, description="Money per point and unit")
    lot: Quantity = Field(Decimal(1), gt=0, description="Smallest tradable step, in units")
    tick: Price = Field(Decimal("0.01"), gt=0, description="Smallest price step")
    leverage: Decimal | None = Field(None, gt=0, description="Leverage factor of a leveraged ETF; None: unknown")
    initial_margin: Money | None = Field(None, description="Initial margin per unit, in its currency, where fixed")
    calendar: Literal["always", "us_equity", "fx", "cme"] = "always"


class InstrumentRecord(Instrument):
    """An instrument as stored; the simulated market of a demo keeps where its walk began."""

    seed_price: Price | None = None
    seeded_at: Instant | None = None


class Quote(Message):
    """The best bid and ask of an instrument at a time, in its currency, with the size at each."""

    schema_version: Literal[1] = 1
    instrument: Id
    contract: Contract
    currency: Currency
    bid: Price
    ask: Price
    bid_size: Quantity | None = None
    ask_size: Quantity | None = None
    at: Instant
    source: Annotated[str, Field(max_length=40)] = "posted"

    @property
    def mid(self) -> Decimal:
        """The price halfway between bid and ask."""
        return (self.bid + self.ask) / 2
