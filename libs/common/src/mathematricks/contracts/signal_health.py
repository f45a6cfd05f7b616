"""Signal health: what a strategy's own stream of signals says about signals that did not arrive."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mathematricks.contracts.base import Id, Instant, Message

HealthKind = Literal["SEQUENCE_GAP", "SAME_SIDE_TWICE", "POSITION_MISMATCH", "SILENCE"]


class HealthWarning(Message):
    """One reason to think that a signal is missing, in words for its sender."""

    kind: HealthKind
    since: Instant
    sentence: Annotated[str, Field(max_length=300)]
    signal_id: Id | None = Field(None, description="The signal that shows it")


class SignalHealth(Message):
    """How the signals of one strategy have come in lately."""

    strategy_id: Id
    senders: tuple[Id, ...]
    as_of: Instant
    signals: int = Field(description="How many of the newest were looked at")
    last_received_at: Instant
    usual_gap_seconds: float | None = Field(
        None, description="95 of 100 gaps between signals were no longer; null: too few"
    )
    last_sequence: int | None = Field(None, description="The highest number that the sender gave, where it numbers")
    warnings: tuple[HealthWarning, ...] = ()


class SignalHealths(Message):
    """The health of several strategies, by name."""

    items: tuple[SignalHealth, ...]
