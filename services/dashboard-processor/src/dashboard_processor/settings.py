"""Everything the dashboard processor can be told."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from mathematricks.contracts.base import Currency
from mathematricks.runtime.settings import ServiceSettings
from pydantic import Field
from pydantic_settings import SettingsConfigDict

SERVICES = (
    "signal-ingestion",
    "cerebro",
    "execution",
    "account-data",
    "dashboard-processor",
    "alerting",
    "frontend-api",
)


class Settings(ServiceSettings):
    """Read once at start."""

    model_config = SettingsConfigDict(env_prefix="DASHBOARD_PROCESSOR_", frozen=True, extra="ignore")

    currency: Currency = "USD"
    """What the sums are told in."""
    margin_limit: Annotated[Decimal, Field(gt=0, lt=1)] = Decimal("0.40")
    """The limit Cerebro applies, as a share of equity; here it is only shown (RULES 3)."""
    services: tuple[str, ...] = SERVICES
    """Whose health is watched."""
