"""Reconciliation: what differed between our records and a venue's, and what was done about it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from mathematricks.contracts.base import Id, Instant, Message

Occasion = Literal["start", "reconnect", "schedule", "demand", "suspicion"]
CorrectionKind = Literal["book_fill", "book_external", "advance", "ask", "park", "pursue", "stray", "unexplained"]


class Correction(Message):
    """
    One difference and what follows from it. Its id is a function of the difference: twice is once.

    ``book_fill`` and ``book_external`` book an execution that was not on record; ``advance`` takes over
    an order's state; ``ask`` asks the venue about an order that it does not show, until it has it or was
    seen twice without it; ``park`` is an entry nobody knows anything of; ``pursue`` an exit of that kind;
    ``stray`` an order that works at the venue though none of ours should; ``unexplained`` a position.
    """

    correction_id: Id
    kind: CorrectionKind
    about: Id = Field(description="Execution, order, our id at the venue, or instrument")
    ours: Annotated[str, Field(max_length=200)]
    theirs: Annotated[str, Field(max_length=200)]


class AccountReconciliation(Message):
    """What was found in one account."""

    account: Id
    answered: bool = Field(description="Its venue answered; else nothing could be compared")
    reason: Annotated[str, Field(max_length=500)] = ""
    orders: int = Field(0, description="Orders of ours that the venue may hold, compared")
    fills: int = Field(0, description="Fills of the venue, compared")
    corrections: tuple[Correction, ...] = ()
    parked: tuple[Id, ...] = Field((), description="Entries parked when it ended")
    pursued: tuple[Id, ...] = Field((), description="Exits in doubt when it ended: asked about until they are not")


class ReconciliationReport(Message):
    """One run: when, why, and what was found in each account."""

    report_id: Id
    occasion: Occasion
    asked_by: Annotated[str, Field(max_length=200)] = ""
    began_at: Instant
    ended_at: Instant
    seconds: Decimal
    agreed: bool = Field(description="Every venue answered and nothing differed")
    accounts: tuple[AccountReconciliation, ...]


class ReconciliationReports(Message):
    """Runs, the newest first."""

    items: tuple[ReconciliationReport, ...]
