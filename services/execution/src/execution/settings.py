"""Everything execution can be told."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Self

from mathematricks.contracts.rest import BrokerAccount
from mathematricks.runtime.settings import ServiceSettings
from pydantic import Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from execution.domain.venues import PAPER_PREFIX


class Settings(ServiceSettings):
    """Read once at start; a missing or out-of-range value stops the process."""

    model_config = SettingsConfigDict(env_prefix="EXECUTION_", frozen=True, extra="ignore")

    accounts: tuple[BrokerAccount, ...] = ()
    """Accounts at real brokers, as JSON; paper accounts need no entry."""
    paper_cash: Annotated[Decimal, Field(gt=0, le=10**12)] = Decimal(1_000_000)
    """US dollars that a paper account holds which opens because it is used."""
    paper_latency: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(milliseconds=500))] = timedelta(0)
    """How long an order travels to the paper venue, so that it meets the market of a moment later."""
    paper_jitter: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(milliseconds=500))] = timedelta(0)
    """Up to how much longer, by the order's id."""
    paper_slippage_bps: Annotated[Decimal, Field(ge=0, le=1_000)] = Decimal(1)
    """Basis points by which each price behind the quoted size is worse than the one before it."""
    call_timeout: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(seconds=30))] = timedelta(seconds=2)
    """A venue that has not answered by then has not answered; "absent" takes two answers so far apart."""
    park_after: timedelta = timedelta(seconds=60)
    """An entry nobody has heard of for so long is parked, and a person told."""
    reconcile_every: Annotated[timedelta, Field(gt=timedelta(0))] = timedelta(minutes=5)
    """How often every account is held against its venue, whether or not anything is suspected."""
    quote_max_age: timedelta = timedelta(minutes=5)
    """A posted quote older than that is no quote any more; it still converts currencies."""
    venue_url: HttpUrl | None = None
    """Where a paper venue of its own answers (`mathematricks venue`); none: this process runs one."""
    venue_token: SecretStr | None = None
    """What that venue knows us by."""
    quotes_file: Path | None = None
    """JSON lines of quotes, read again whenever the file changes."""

    @property
    def lease(self) -> timedelta:
        """How long a claim stands: no call of a venue outlives it."""
        return 2 * self.call_timeout

    @model_validator(mode="after")
    def _venue_knows_us(self) -> Self:
        if self.venue_url is not None and self.venue_token is None:
            raise ValueError("venue_token: a venue of its own asks for a token; set EXECUTION_VENUE_TOKEN")
        return self

    @model_validator(mode="after")
    def _known_brokers(self) -> Self:
        for account in self.accounts:
            if account.account.startswith(PAPER_PREFIX):
                raise ValueError(f"{account.account}: paper accounts open themselves, leave them out")
            raise ValueError(f"{account.account}: this build has no adapter for the broker {account.broker}")
        return self
