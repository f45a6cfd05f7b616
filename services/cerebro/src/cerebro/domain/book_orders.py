"""Orders as the book holds them: what was decided, and what became of it so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from mathematricks.accounting.lots import DOWN, ZERO, Lot, round_down
from mathematricks.contracts.base import Side
from mathematricks.contracts.orders import LotClose
from mathematricks.contracts.signals import OrderType

from cerebro.domain.sizing import FINEST

NEVER_SENT = -1
"""Version of an order that nothing has been heard of."""


@dataclass(frozen=True, slots=True)
class EntryTerms:
    """
    What was decided of an entry; it never changes.

    Attributes:
        number: Grows with every order of the portfolio, so that newer entries sort after older ones.
        asked: The sender's units.
        quantity: Our units; 0 for an entry that was refused, kept so that exits naming it find it.
        capital_per_unit: Strategy capital that one unit ties up, in the account's base currency.
        guarded: Execution may close it by orders of its own: protective ones, or one that unwinds it.
    """

    order_id: str
    signal_id: str
    external_id: str
    strategy_id: str
    instrument: str
    account: str
    side: Side
    number: int
    asked: Decimal
    quantity: Decimal
    lot_step: Decimal
    capital_per_unit: Decimal
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """
    An entry and the lot it opens.

    Attributes:
        reserved: Initial margin held for it until it has ended and a snapshot covers it.
        asked_closed: The sender's units that exits have taken.
        asked_waiting: Those of them taken by exits that are not sized yet.
        exited: Our units that exits have taken, done or on their way.
        protected: Our units that each protective or unwinding order of this entry has closed.
        claims: Live exits that have taken part of it.
        version: Of the newest confirmation heard.
        last_fill_at: When execution recorded its last fill.
    """

    terms: EntryTerms
    reserved: Decimal
    asked_closed: Decimal = ZERO
    asked_waiting: Decimal = ZERO
    exited: Decimal = ZERO
    protected: tuple[tuple[str, Decimal], ...] = ()
    claims: int = 0
    working: bool = True
    version: int = NEVER_SENT
    filled: Decimal = ZERO
    last_fill_at: datetime | None = None

    @property
    def closed(self) -> Decimal:
        """Our units closed or being closed, by whomever; never more than were filled or may be."""
        taken = sum((units for _, units in self.protected), self.exited)
        return min(taken, self.terms.quantity if self.working else self.filled)

    @property
    def at_stake(self) -> Decimal:
        """Our units that are or may come to be held, in steps so fine that sums of them stay exact."""
        most = self.terms.quantity if self.working else self.filled
        if not self.asked_waiting:
            return most - self.closed
        waiting = DOWN.divide(DOWN.multiply(most, self.asked_waiting), self.terms.asked)
        return max(ZERO, most - self.closed - round_down(waiting, FINEST))

    @property
    def stake(self) -> Decimal:
        """Strategy capital that those units tie up, in the account's base currency; sums of it stay exact."""
        return round_down(DOWN.multiply(self.at_stake, self.terms.capital_per_unit), FINEST)

    @property
    def spent(self) -> bool:
        """Nothing of it is held or can come to be held."""
        return not self.working and self.filled <= self.closed

    @property
    def idle(self) -> bool:
        """Spent, and no exit or reservation needs it any more: it may be forgotten."""
        return self.spent and not self.claims and not self.reserved

    @property
    def asked_open(self) -> Decimal:
        """The sender's units that are still open; none where nothing of ours is."""
        return ZERO if self.spent else self.terms.asked - self.asked_closed

    def lot(self) -> Lot:
        """Return it as exits see it."""
        terms = self.terms
        return Lot(
            order_id=terms.order_id,
            signal_id=terms.signal_id,
            external_id=terms.external_id,
            account=terms.account,
            side=terms.side,
            asked=terms.asked,
            asked_closed=self.asked_closed,
            filled=self.filled,
            closed=self.closed,
            working=self.working,
            lot_step=terms.lot_step,
        )


@dataclass(frozen=True, slots=True)
class Exit:
    """
    An exit that has not ended.

    Attributes:
        closes: What it takes of which lots; a close without quantity is sized when *waits_for* ends.
        superseded: A newer exit has taken its place; only what it still fills counts.
        external_id: The sender's signalID of the signal that closes, by which he may call it off.
    """

    order_id: str
    strategy_id: str
    instrument: str
    account: str
    side: Side
    number: int
    order_type: OrderType
    limit_price: Decimal | None
    stop_price: Decimal | None
    closes: tuple[LotClose, ...]
    waits_for: tuple[str, ...] = ()
    superseded: bool = False
    ended: bool = False
    version: int = NEVER_SENT
    filled: Decimal = ZERO
    signal_id: str = ""
    external_id: str = ""

    @property
    def resting(self) -> bool:
        """It waits for a price, so that a newer exit may take its place."""
        return self.order_type != "MARKET" and not (self.superseded or self.ended)

    @property
    def sized(self) -> bool:
        """It is known how much of each lot it takes."""
        return all(close.quantity is not None for close in self.closes)


@dataclass(frozen=True, slots=True)
class Account:
    """An account's newest figures, in its base currency; *rates* give other currencies in it."""

    account: str
    base_currency: str
    equity: Decimal
    initial_margin: Decimal
    as_of: datetime
    rates: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class OrderNews:
    """
    What became of an order, cumulative; news of a lower *version* than the one held is old.

    Attributes:
        ended: It is in a terminal state.
        last_fill_at: When its last fill was recorded, or a later time; None: it has none.
        lot: The entry that it protects or unwinds, where execution says so.
        shares: Of an exit, our units of each lot that it closes; empty until execution has sized it.
    """

    order_id: str
    version: int
    ended: bool
    filled: Decimal
    last_fill_at: datetime | None = None
    lot: str | None = None
    shares: tuple[Decimal, ...] = ()
