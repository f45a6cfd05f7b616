"""Everything account-data can be told."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from mathematricks.contracts.base import Currency
from mathematricks.runtime.settings import ServiceSettings
from pydantic import Field
from pydantic_settings import SettingsConfigDict


class Settings(ServiceSettings):
    """Read once at start; a missing or out-of-range value stops the process."""

    model_config = SettingsConfigDict(env_prefix="ACCOUNT_DATA_", frozen=True, extra="ignore")

    gather: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(seconds=1))] = timedelta(milliseconds=50)
    """Executions that arrive within this time of each other are booked in one write."""
    settle: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(minutes=5))] = timedelta(seconds=2)
    """A difference from the broker is corrected only if it is still the same after this time."""
    reconcile_every: Annotated[timedelta, Field(gt=timedelta(0))] = timedelta(seconds=30)
    """How often our books are held against the broker's while nothing is suspected."""
    fund_currency: Currency = "USD"
    """What clients pay in and out of a fund; a fund that has flows keeps theirs."""
