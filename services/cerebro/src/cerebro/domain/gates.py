"""The gates that an entry passes before anything is priced: who may trade, and how old things are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mathematricks.contracts.strategies import StrategyConfiguration

from cerebro.domain.freshness import refuse_cancelled, refuse_stale_account, refuse_stale_signal
from cerebro.domain.inputs import DecisionInputs, Standing
from cerebro.domain.intent import Opening
from cerebro.domain.refused import Refused
from cerebro.domain.risk import refuse_daily_loss
from cerebro.domain.routing import refuse_entry


@dataclass(frozen=True, slots=True)
class Admitted:
    """A strategy that may open a position now, on this account."""

    strategy: StrategyConfiguration
    standing: Standing


def admit(inputs: DecisionInputs, parts: Sequence[Opening]) -> Admitted | Refused:
    """Return who opens the position and where, or the first gate that is shut."""
    standing, strategy = inputs.standing(), inputs.strategy
    refused = next((one for one in _gates(inputs, parts, standing) if one is not None), None)
    if refused is not None:
        return refused
    assert strategy is not None, "the first gate refuses an unknown strategy"
    assert standing is not None, "the last gate but one refuses an unknown account"
    return Admitted(strategy, standing)


def _gates(inputs: DecisionInputs, parts: Sequence[Opening], standing: Standing | None) -> Iterator[Refused | None]:
    signal, strategy, now, policy, book = inputs.signal, inputs.strategy, inputs.now, inputs.policy, inputs.book
    yield refuse_entry(strategy, book.portfolio, standing is not None, policy.allow_live)
    for part in parts:
        yield refuse_cancelled(signal, part.leg.instrument, book.tombstones)
    yield refuse_stale_signal(signal.sent_at, now, policy)
    yield refuse_stale_account(standing, book.account or "unknown", now, policy)
    if strategy is not None:
        yield refuse_daily_loss(strategy.risk_limits, inputs.day, now, policy)
