"""Everything that a simulation depends on, and its one text: the same job, the same result."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
from mathematricks.contracts.allocations import OptimizationTerms
from mathematricks.contracts.sandbox import Cadence, Scenario, SettingsUsed, SimulatedSettings
from mathematricks.quant.returns import Series
from pydantic import TypeAdapter

from cerebro.domain.policy import Policy

TERMS = ("method", "confidence", "cvar_limit", "drawdown", "cap", "leverage", "invested")


@dataclass(frozen=True, slots=True)
class Member:
    """
    One strategy that takes part.

    Attributes:
        days: Since 1970, increasing; *values* are the returns of these days, as fractions.
        margin: Margin per unit of equity; None: unknown, and counted as none.
        alpha: Expected gain per trade, as a fraction of price; None: unknown.
    """

    name: str
    days: tuple[int, ...]
    values: tuple[float, ...]
    margin: float | None = None
    alpha: float | None = None
    hypothetical: bool = False

    def series(self) -> Series:
        """Return its returns."""
        days = np.array(self.days, dtype="<i8").astype("datetime64[D]")
        return Series(self.name, days, np.array(self.values, dtype=float))


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """What the optimiser is run with, and the limits that decisions are made under."""

    terms: OptimizationTerms
    policy: Policy

    def used(self) -> SettingsUsed:
        """Return the same, as the result tells it."""
        return SettingsUsed(
            terms=self.terms,
            margin_limit=float(self.policy.margin_limit),
            correlation_threshold=float(self.policy.correlation_threshold),
            slippage_limit=float(self.policy.slippage_limit),
        )


@dataclass(frozen=True, slots=True)
class Run:
    """
    How the desk is run, apart from its settings.

    Attributes:
        equity: At the start, in base currency.
        cost: Fraction of what is traded to change sizes.
        delay_minutes: From signal to decision.
        weights: Kept instead of optimising, shares of equity; None: optimise.
    """

    scenario: Scenario
    reoptimise: Cadence
    trades: Cadence
    equity: float
    cost: float
    delay_minutes: float
    weights: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """
    One simulation, whole.

    Attributes:
        before: The desk as it is; None: it is not compared.
    """

    members: tuple[Member, ...]
    before: DeskSettings | None
    after: DeskSettings
    run: Run


_JOB = TypeAdapter(Job)


def job_text(job: Job) -> bytes:
    """Return *job* as JSON."""
    return _JOB.dump_json(job)


def job_from(text: bytes) -> Job:
    """Return the job that *text* holds."""
    return _JOB.validate_json(text)


def job_hash(text: bytes) -> str:
    """Return the SHA-256 of a job's text."""
    return hashlib.sha256(text).hexdigest()


def changed(settings: DeskSettings, wanted: SimulatedSettings) -> DeskSettings:
    """Return *settings* with what *wanted* says otherwise; confidence and CVaR limit are the gate's, too."""
    said = wanted.model_dump(exclude_none=True)
    terms = settings.terms.model_copy(update={name: said[name] for name in TERMS if name in said})
    limits: dict[str, float | None] = {
        "cvar_limit": wanted.cvar_limit,
        "cvar_confidence": wanted.confidence,
        "margin_limit": wanted.margin_limit,
        "correlation_threshold": wanted.correlation_threshold,
        "slippage_limit": wanted.slippage_limit,
    }
    exact: dict[str, Any] = {name: Decimal(repr(value)) for name, value in limits.items() if value is not None}
    return DeskSettings(terms, replace(settings.policy, **exact))
