"""The market of a venue of its own: its quotes as its stream tells them, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import structlog
from mathematricks.contracts.instruments import Contract, Instrument
from mathematricks.runtime.clock import Clock

from execution.adapters.market import QuotedMarket
from execution.adapters.mongo_instruments import MongoInstruments
from execution.adapters.reference import reference
from execution.adapters.remote import wire
from execution.adapters.remote.link import VenueLink, understood
from execution.ports import BrokerRejected, BrokerUnavailable

log = structlog.get_logger(__name__)

SIMULATED_MAX_AGE = timedelta(seconds=5)


@dataclass(frozen=True)
class Rules:
    """What of the market is not the venue's: how old a quote may be, and whether this is a demo, open always."""

    max_age: timedelta
    demo: bool


class VenueMarket(QuotedMarket):
    """The quotes that were posted here, and those of the venue, which in a demo makes its own prices."""

    def __init__(self, instruments: MongoInstruments, clock: Clock, link: VenueLink, rules: Rules) -> None:
        super().__init__(instruments, reference(), clock, SIMULATED_MAX_AGE if rules.demo else rules.max_age)
        self._link, self._demo = link, rules.demo
        link.quotes_to(self.take)

    async def seed(self, contract: Contract, price: Decimal | None) -> None:
        """Ask the venue of a demo to quote *contract*; one that does not answer leaves it without a quote."""
        if not self._demo or self.instrument(contract) is None or self.quote(contract) is not None:
            return
        wanted = wire.WANTED_LIST.dump_json((wire.Wanted(contract, price),))
        try:
            self.take(understood(wire.QUOTE_LIST, await self._link.send(wire.MARKET, wanted)))
        except (BrokerUnavailable, BrokerRejected) as silence:
            log.warning("venue.quotes_nothing", instrument=contract.key, reason=str(silence))

    def _described(self, contract: Contract) -> Instrument | None:
        found = super()._described(contract)
        return found.model_copy(update={"calendar": "always"}) if found is not None and self._demo else found
