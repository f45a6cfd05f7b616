"""Signals on the overview: each with what Cerebro made of it, in the mode that it traded in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mathematricks.contracts.base import Mode
from mathematricks.contracts.dashboard import OverviewSignal, Standing
from mathematricks.contracts.decisions import Outcome

_STANDINGS: dict[Outcome, Standing] = {"APPROVED": "approved", "RESIZED": "resized", "REFUSED": "refused"}


@dataclass(frozen=True)
class Verdict:
    """What a decision says of its signal."""

    signal_id: str
    mode: Mode
    outcome: Outcome
    reason: str | None = None


def standing_of(verdict: Verdict | None) -> Standing:
    """Return where a signal stands."""
    return _STANDINGS[verdict.outcome] if verdict else "waiting"


def newest_by_mode(
    signals: Iterable[OverviewSignal], verdicts: Mapping[str, Verdict], modes: Mapping[str, Mode]
) -> dict[Mode, tuple[OverviewSignal, ...]]:
    """
    Return the signals of each mode, newest first, with their standing.

    A signal belongs to the mode it was decided for, while undecided to its strategy's (*modes*);
    one of a strategy that nobody knows is shown with paper: it can never have traded live.
    """
    told: dict[Mode, list[OverviewSignal]] = {"LIVE": [], "PAPER": []}
    for signal in signals:
        verdict = verdicts.get(signal.signal_id)
        mode = verdict.mode if verdict else modes.get(signal.strategy_id, "PAPER")
        said = {"status": standing_of(verdict), "reason": verdict.reason if verdict else None}
        told[mode].append(signal.model_copy(update=said))
    return {mode: tuple(sorted(mine, key=lambda one: one.received_at, reverse=True)) for mode, mine in told.items()}
