"""What a simulated strategy trades: one unit of itself, whose price follows its returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from mathematricks.contracts.instruments import Contract, Instrument, Quote
from mathematricks.contracts.signals import Leg, SignalType, StandardSignal
from mathematricks.contracts.strategies import StrategyConfiguration

from cerebro.domain.inputs import Market
from cerebro.domain.simulation.job import Member

ACCOUNT = "sandbox"
CURRENCY = "USD"
PAR = Decimal(100)
"""Price of a unit whenever strategies close and open anew."""
LOT = Decimal("0.01")
FINEST = Decimal("0.00000001")


@dataclass(frozen=True)
class Stall:
    """
    One strategy as the desk knows it: its configuration, and the one instrument it trades.

    A unit costs its whole value of the strategy's capital, and ties up the margin that its backtest says; one of
    unknown margin ties up none, as for the optimiser.
    """

    place: int
    strategy: StrategyConfiguration
    instrument: Instrument

    @property
    def name(self) -> str:
        return self.strategy.strategy_id

    @property
    def key(self) -> str:
        return self.instrument.instrument

    def market(self, moved: float, now: datetime) -> Market:
        """Return the market once the price has *moved*, a fraction, since the signal."""
        price = (PAR * (1 + Decimal(repr(moved)))).quantize(FINEST)
        quote = Quote(
            instrument=self.key, contract=self.instrument.contract, currency=CURRENCY, bid=price, ask=price, at=now
        )
        return Market(instruments={self.key: self.instrument}, quotes={self.key: quote})

    def signal(self, kind: SignalType, number: int, now: datetime, delay: timedelta) -> StandardSignal:
        """Return the strategy's signal of this *kind*; the desk sizes an entry, an exit closes all."""
        leg = Leg(
            contract=self.instrument.contract,
            action="BUY" if kind == "ENTRY" else "SELL",
            order_type="MARKET",
            price=PAR,
        )
        return StandardSignal(
            signal_id=f"{self.key}-{number}",
            environment="staging",
            strategy_id=self.name,
            strategy_seq=number,
            sender=ACCOUNT,
            external_id=f"{self.key}-{number}",
            sent_at=now - delay,
            received_at=now,
            signal_type=kind,
            legs=(leg,),
            provider=ACCOUNT,
        )


def stall_of(place: int, member: Member, since: datetime) -> Stall:
    """Return the stall of *member*, the one in column *place*."""
    contract = Contract(symbol=f"S{place}", type="STOCK")
    margin = (PAR * Decimal(repr(member.margin or 0.0))).quantize(FINEST)
    instrument = Instrument(
        instrument=contract.key, contract=contract, currency=CURRENCY, lot=LOT, initial_margin=margin
    )
    alpha = Decimal(repr(member.alpha)) if member.alpha is not None else None
    configured = StrategyConfiguration(
        strategy_id=member.name,
        strategy_name=member.name,
        account=ACCOUNT,
        sizing="capital",
        expected_alpha=alpha,
        created_at=since,
        updated_at=since,
    )
    return Stall(place, configured, instrument)
