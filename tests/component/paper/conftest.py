"""The market that the venue's tests trade on."""

from __future__ import annotations

import pytest
from support.paper import FOREX, STOCK, DrivenMarket


@pytest.fixture
def market() -> DrivenMarket:
    """Return a market that quotes one stock at 100 and one currency pair at 0.84."""
    market = DrivenMarket()
    market.move(STOCK, 100, 100)
    market.move(FOREX, "0.84", "0.84")
    return market
