"""Everything alerting can be told."""

from __future__ import annotations

from mathematricks.runtime.settings import ServiceSettings
from pydantic_settings import SettingsConfigDict


class Settings(ServiceSettings):
    """Read once at start. The log is the only channel, and it needs no telling."""

    model_config = SettingsConfigDict(env_prefix="ALERTING_", frozen=True, extra="ignore")
