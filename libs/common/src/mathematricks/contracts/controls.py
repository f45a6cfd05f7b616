"""Controls: what the desk may not do now, and the generation that every claim is made under."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mathematricks.contracts.base import Id, Instant, Message

ControlMode = Literal["freeze_entries", "reduce_only", "cancel_resting", "flatten"]
"""Each of them refuses entries; none of them ever stops an exit (RULES 2, 10)."""


class Controls(Message):
    """
    The kill switch (RULES 10): modes in force for the desk, for accounts and for strategies.

    ``generation`` counts the changes. Every claim of an order reads and touches this document in
    its own transaction, so that an order already on the bus obeys as well. ``worker`` is the one
    process that may claim: the newest one takes over, and an older one learns it at its next claim.
    """

    generation: int = 0
    desk: tuple[ControlMode, ...] = ()
    accounts: dict[str, tuple[ControlMode, ...]] = Field(default_factory=dict)
    strategies: dict[str, tuple[ControlMode, ...]] = Field(default_factory=dict)
    worker: Id
    touched: int = Field(0, description="Counts the claims")
    changed_at: Instant
