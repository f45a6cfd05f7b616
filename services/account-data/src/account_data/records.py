"""What account-data needs of the records of what people own and are owed, in its own words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from mathematricks.contracts.agreements import Agreement, Payment, Statement
from mathematricks.contracts.base import Mode
from mathematricks.contracts.clients import Client, Flow


class MoneyRecords(Protocol):
    """What people own and are owed; entries are added and never changed, but for an agreement's end."""

    async def clients(self) -> Sequence[Client]:
        """Return every client, by id."""

    async def client(self, client_id: str) -> Client | None:
        """Return one client."""

    async def admit(self, client: Client) -> bool:
        """Add a client; False: the name is taken."""

    async def flows(self, mode: Mode) -> Sequence[Flow]:
        """Return the ledger of one mode's fund, in order."""

    async def flows_of(self, client_id: str) -> Sequence[Flow]:
        """Return one client's entries, the newest first."""

    async def flow(self, flow_id: str) -> Flow | None:
        """Return one entry."""

    async def append(self, flows: Sequence[Flow]) -> bool:
        """Add entries in order; False: an id or a number was taken. What stood before the taken one is in."""

    async def fees(self, mode: Mode) -> tuple[Decimal, datetime] | None:
        """Return what senders are owed by one mode's fund, and when that was reckoned."""

    async def agreements(self) -> Sequence[Agreement]:
        """Return every agreement, the oldest first."""

    async def agreement(self, agreement_id: str) -> Agreement | None:
        """Return one agreement."""

    async def agree(self, agreement: Agreement) -> bool:
        """Add an agreement; False: its id or number is taken."""

    async def end(self, agreement: Agreement, version: int) -> bool:
        """Put *agreement* in the place of its *version*; False: that is not its version any more."""

    async def statements(self, agreement_id: str) -> Sequence[Statement]:
        """Return the agreement's LIVE statements, the oldest first."""

    async def payments(self, agreement_id: str) -> Sequence[Payment]:
        """Return the agreement's payments, the oldest first."""

    async def pay(self, payment: Payment) -> bool:
        """Add a payment; False: its id or number is taken."""
