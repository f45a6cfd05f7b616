"""The records execution keeps, as its handlers need them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from mathematricks.contracts.controls import ControlChange, Controls
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.orders import OrderRecord, OrderTombstone

from execution.domain.orders import Place


class AlreadyKept(Exception):
    """These orders are on record already; nothing was written."""

    def __init__(self, orders: Sequence[OrderRecord]) -> None:
        super().__init__(", ".join(order.order_id for order in orders))
        self.orders = orders


class Moved(Exception):
    """These orders have changed since they were read; nothing was written."""

    def __init__(self, orders: Sequence[OrderRecord]) -> None:
        super().__init__(", ".join(order.order_id for order in orders))
        self.orders = orders


class Fenced(Exception):
    """A newer process has taken over: this one may claim nothing more."""


@dataclass(frozen=True)
class Writes:
    """Orders to insert, and orders to change as (as read, as they become)."""

    inserts: Sequence[OrderRecord] = ()
    updates: Sequence[tuple[OrderRecord, OrderRecord]] = ()


@dataclass(frozen=True)
class OrderFilter:
    """Which orders someone asks for; None: any."""

    signal_id: str | None = None
    strategy_id: str | None = None
    live: bool | None = None
    order_ids: Sequence[str] | None = None


@dataclass(frozen=True)
class ExecutionFilter:
    """Which executions someone asks for; None: any. *since* is venue time."""

    account: str | None = None
    since: datetime | None = None
    order_id: str | None = None
    signal_id: str | None = None


class OrderStore(Protocol):
    """Orders and tombstones, durable."""

    async def load(self, order_ids: Iterable[str]) -> list[OrderRecord]:
        """Return those of the orders that are on record."""

    async def newest(self, which: OrderFilter, limit: int) -> list[OrderRecord]:
        """Return the orders asked for, the newest decision first."""

    async def of_lots(self, lots: Iterable[str]) -> list[OrderRecord]:
        """Return every order that closes one of *lots*, live or ended."""

    async def entries_of(self, strategy_id: str, place: Place, since: datetime | None = None) -> list[OrderRecord]:
        """Return the strategy's newest entries in *place* that filled anything, the newest decision first."""

    async def named(self, prefix: str) -> list[OrderRecord]:
        """Return the orders whose cause begins with *prefix*."""

    async def sent_since(self, at: datetime) -> list[OrderRecord]:
        """Return the orders decided since then that were handed over, the oldest first."""

    async def unfinished(self) -> list[OrderRecord]:
        """Return every order that lives or needs care, and the orders of the groups among them."""

    async def claim(self, worker: str, decide: Callable[[Controls], Writes]) -> Writes:
        """
        Touch the controls, let *decide* say what to write under them, write it: one transaction.

        Raise ``AlreadyKept``, ``Moved`` or ``Fenced`` and leave nothing behind. *decide* may be asked again.
        """

    async def update(self, changes: Sequence[tuple[OrderRecord, OrderRecord]]) -> list[OrderRecord]:
        """Write each change whose order is still as it was read; return, as they are now, those that are not."""

    async def bury(self, tombstone: OrderTombstone) -> None:
        """Keep a cancellation whose order has not arrived."""

    async def tombstones(self) -> list[OrderTombstone]:
        """Return every tombstone."""


class ExecutionStore(Protocol):
    """Executions, durable; each one owed until account-data has it."""

    async def add(self, executions: Sequence[Execution], now: datetime) -> set[str]:
        """Insert *executions*; return the ids of those that were on record already."""

    async def newest(self, which: ExecutionFilter, limit: int) -> list[Execution]:
        """Return the executions asked for, the newest first."""

    async def of_orders(self, order_ids: Iterable[str]) -> list[Execution]:
        """Return the executions of these orders."""

    async def last_in(self, account: str, instrument: str) -> Execution | None:
        """Return the newest execution of a place."""

    async def known(self, execution_ids: Iterable[str]) -> set[str]:
        """Return those of the ids that are on record."""

    async def sums(self) -> list[tuple[str, str, str, Decimal]]:
        """Return account, instrument, strategy and signed quantity, summed over all executions."""

    async def last_done(self, account: str) -> datetime | None:
        """Return when the account's newest execution was done."""

    async def last_recorded(self) -> dict[str, datetime]:
        """Return by account when its last execution was recorded."""

    async def last_rates(self) -> dict[tuple[str, str], Decimal]:
        """Return by quote and base currency the rate of the newest execution."""


class DecisionReader(Protocol):
    """Cerebro's decisions, read only."""

    async def entries(self, order: OrderRecord) -> int | None:
        """Return how many entries the decision behind *order* has in its account; None while it is not on record."""


class ControlStore(Protocol):
    """The controls, durable."""

    async def take_over(self, worker: str, now: datetime) -> Controls:
        """Make *worker* the one process that may claim; return the controls."""

    async def read(self) -> Controls | None:
        """Return the controls as they are now; None before anyone has taken over."""

    async def change(
        self, decide: Callable[[Controls], Controls], describe: Callable[[Controls, Controls], ControlChange]
    ) -> tuple[Controls, Controls]:
        """
        Put what *decide* makes of the controls in their place, with the change's trail: one transaction.

        Return them before and after; the same object from *decide* changes nothing. It may be asked
        again, and what it raises leaves nothing behind.
        """

    async def newest_changes(self, limit: int) -> list[ControlChange]:
        """Return the newest changes first."""
