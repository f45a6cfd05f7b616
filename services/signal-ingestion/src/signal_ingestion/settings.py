"""Everything signal-ingestion can be told."""

from __future__ import annotations

from typing import Annotated

from mathematricks.contracts.base import Environment
from mathematricks.runtime.settings import ServiceSettings
from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict


class Settings(ServiceSettings):
    """Read once at start; a missing or out-of-range value stops the process."""

    model_config = SettingsConfigDict(env_prefix="SIGNAL_INGESTION_", frozen=True, extra="ignore")

    hosts: dict[str, Environment] = Field(default_factory=dict)
    """The environment each host name means; a host not listed means the deployment's."""
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0
    """How many proxies of ours stand before us, each adding one address to X-Forwarded-For."""
    address_rate: Annotated[float, Field(gt=0)] = 1_000
    """Bodies per second that one address may send before it is answered 429, unread."""
    address_burst: Annotated[int, Field(gt=0)] = 2_000
    """Bodies that one address may send at once. TradingView's senders share four addresses."""
    address_connections: Annotated[int, Field(gt=0)] = 100
    """WebSocket and TCP connections that one address may keep open; the next is told so and closed."""
    sender_rate: Annotated[float, Field(gt=0)] = 100
    """Bodies per second of one known sender; beyond it an alert is raised and nothing is refused."""
    sender_burst: Annotated[int, Field(gt=0)] = 5_000
    """Bodies of one known sender at once before the alert."""
    tcp_host: str = "127.0.0.1"
    """Where JSON lines are taken, if they are."""
    tcp_port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """Port for JSON lines over TCP; None: off."""
    collector_url: SecretStr | None = None
    """MongoDB of the owner's signal collector, to follow its collection; None: off."""
    collector_database: str = "mathematricks_signals"
    """Database in which the collector keeps ``trading_signals``."""
