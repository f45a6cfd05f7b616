"""Everything Cerebro can be told."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from importlib import metadata
from typing import Annotated

from mathematricks.contracts.allocations import Method, OptimizationTerms
from mathematricks.runtime.settings import ServiceSettings
from pydantic import Field
from pydantic_settings import SettingsConfigDict

from cerebro.domain.policy import Policy
from cerebro.ports import Rules


class Settings(ServiceSettings):
    """Read once at start; a value out of range stops the process."""

    model_config = SettingsConfigDict(env_prefix="CEREBRO_", frozen=True, extra="ignore")

    version: Annotated[str, Field(pattern=r"^[a-z0-9.\-]{1,40}$")] = "v1"
    """Names this decider's decisions; only those of the version that holds the authority owe orders."""
    shadow: bool = False
    """Run beside the version that decides and owe nothing, until promoted; takes no authority that nobody holds."""
    code_version: Annotated[str, Field(max_length=80)] = metadata.version("cerebro")
    """Recorded in every decision."""
    margin_limit: Annotated[Decimal, Field(gt=0, le=1)] = Decimal("0.40")
    """Share of equity that margin may tie up, per account and overall (brief, Milestone 1.2)."""
    fallback_percent: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(5)
    """Per cent of equity for each strategy while no allocation is ACTIVE."""
    slippage_limit: Annotated[Decimal, Field(gt=0, le=1)] = Decimal("0.30")
    """Share of the expected alpha that the market may have taken before an entry is refused."""
    max_signal_age: timedelta = timedelta(minutes=15)
    """Entries sent longer ago are STALE; exits never are."""
    max_account_age: timedelta = timedelta(seconds=90)
    """Entries are refused on account state older than this."""
    acceptance: timedelta = timedelta(seconds=60)
    """How long after its decision an entry may be sent or kept."""
    cvar_limit: Annotated[Decimal, Field(gt=0, le=1)] = Decimal("0.02")
    """Share of equity that the worst days may lose on average: of a proposal, and of the book with an entry."""
    cvar_confidence: Annotated[Decimal, Field(ge=Decimal("0.5"), lt=1)] = Decimal("0.95")
    """Those days are the worst 1 − confidence of all."""
    correlation_threshold: Annotated[Decimal, Field(ge=0, lt=1)] = Decimal("0.80")
    """Correlation with the rest of the book above which a strategy's capital shrinks."""
    predecessor_patience: Annotated[float, Field(gt=0, le=60)] = 0.5
    """Seconds that a signal waits for the one before it of its strategy."""

    allocation_method: Method = "max_return_cvar"
    """Optimiser of the nightly proposal (docs/allocation.md)."""
    allocation_cap: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Most of the equity that a proposal gives one strategy."""
    allocation_leverage: Annotated[float, Field(gt=0, le=2)] = 2.0
    """Most of the equity that a proposal gives all together."""

    def rules(self) -> Rules:
        """Return how this decider works and the limits it decides under."""
        policy = Policy(
            margin_limit=self.margin_limit,
            fallback_percent=self.fallback_percent,
            slippage_limit=self.slippage_limit,
            max_signal_age=self.max_signal_age,
            max_account_age=self.max_account_age,
            acceptance=self.acceptance,
            allow_live=self.platform.allow_live,
            cvar_limit=self.cvar_limit,
            cvar_confidence=self.cvar_confidence,
            correlation_threshold=self.correlation_threshold,
        )
        proposal = OptimizationTerms(
            method=self.allocation_method,
            confidence=float(self.cvar_confidence),
            cvar_limit=float(self.cvar_limit),
            cap=self.allocation_cap,
            leverage=self.allocation_leverage,
        )
        patience = self.predecessor_patience
        return Rules(self.version, self.code_version, policy, patience, proposal=proposal, shadow=self.shadow)
