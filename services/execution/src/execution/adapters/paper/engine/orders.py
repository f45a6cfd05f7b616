"""The venue's own view of an order: what was asked, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from mathematricks.contracts.instruments import Instrument

from execution.adapters.paper.engine.money import ZERO
from execution.ports import BrokerEvent, BrokerFill, BrokerOrder, BrokerOrderState, VenueStatus


@dataclass(frozen=True, slots=True)
class Fill:
    """
    One fill. ``commission`` is in the quote currency, ``rate`` its value in the account's base.

    ``venue_seq`` numbers the fills of one account without gaps in what was decided; ``rate`` is
    None where the venue knew none.
    """

    execution_id: str
    quantity: Decimal
    price: Decimal
    commission: Decimal
    rate: Decimal | None
    executed_at: datetime
    venue_seq: int


@dataclass(frozen=True, slots=True)
class PaperOrder:
    """
    One order in one account's book.

    Attributes:
        number: Counts the orders of the account as they arrived.
        reserved: Initial margin its opening part holds while it works, base currency.
        triggered: Whether it may trade: a stop waits for its price, the others are born triggered.
        reduced: Quantity that fills of its OCO group took away from it.
        quote_at: Time of the quote it last traded on; a quote's shown size is taken once.
        taken: What it took of that quote.
        version: Counts the changes, so that a write on an outdated view is refused.
    """

    asked: BrokerOrder
    instrument: Instrument
    number: int
    accepted_at: datetime
    expires_at: datetime | None = None
    reserved: Decimal = ZERO
    status: VenueStatus = "WORKING"
    reason: str = ""
    triggered: bool = True
    reduced: Decimal = ZERO
    filled: Decimal = ZERO
    fills: tuple[Fill, ...] = ()
    quote_at: datetime | None = None
    taken: Decimal = ZERO
    version: int = 1

    @property
    def id(self) -> str:
        return self.asked.client_order_id

    @property
    def open(self) -> Decimal:
        """Quantity that may still trade."""
        return max(ZERO, self.asked.quantity - self.filled - self.reduced)

    @property
    def limit(self) -> Decimal | None:
        """The worst price it may trade at; None: any."""
        return self.asked.limit_price if self.asked.order_type in ("LIMIT", "STOP_LIMIT") else None

    @property
    def stop(self) -> Decimal | None:
        """The price that sets it off; None: it is no stop order."""
        return self.asked.stop_price if self.asked.order_type in ("STOP", "STOP_LIMIT") else None

    @property
    def working(self) -> bool:
        return self.status == "WORKING"

    @property
    def signed(self) -> int:
        """+1 for a purchase, -1 for a sale."""
        return 1 if self.asked.side == "BUY" else -1


def as_fill(order: PaperOrder, fill: Fill) -> BrokerFill:
    """Return *fill* as the port tells it."""
    return BrokerFill(
        execution_id=fill.execution_id,
        client_order_id=order.id,
        account=order.asked.account,
        contract=order.instrument.contract,
        side=order.asked.side,
        quantity=fill.quantity,
        price=fill.price,
        commission=fill.commission,
        currency=order.instrument.currency,
        multiplier=order.instrument.multiplier,
        executed_at=fill.executed_at,
        venue_seq=fill.venue_seq,
    )


def as_state(order: PaperOrder) -> BrokerOrderState:
    """Return *order* as the port tells it."""
    fills = tuple(as_fill(order, fill) for fill in order.fills)
    asked = order.asked
    return BrokerOrderState(
        asked.client_order_id, asked.account, order.status, asked.quantity, order.filled, order.reason, fills
    )


def filled_event(order: PaperOrder) -> BrokerEvent:
    """Return the event of the newest fill of *order*, with the status it left the order in."""
    fill = as_fill(order, order.fills[-1])
    return BrokerEvent("fill", order.asked.account, order.id, order.status, fill.executed_at, fill)


def ended_event(order: PaperOrder, at: datetime) -> BrokerEvent:
    """Return the event of *order*'s end without a fill: cancelled or expired."""
    filled = order.filled
    return BrokerEvent("status", order.asked.account, order.id, order.status, at, reason=order.reason, filled=filled)
