"""Settings: read once at start; every wrong field is listed, not only the first."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from mathematricks.contracts.base import Environment

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class Platform(BaseSettings):
    """What all services of one deployment are told alike (``MATHEMATRICKS_*``)."""

    model_config = SettingsConfigDict(env_prefix="MATHEMATRICKS_", frozen=True, extra="ignore")

    mongo_url: SecretStr
    """A replica set: transactions and change streams need one."""
    mongo_database: str = "mathematricks"
    deployment_key: Annotated[SecretStr, Field(min_length=32)]
    """Signs the tokens services show each other, peppers stored secrets, encrypts MAC and TOTP keys."""
    environment: Environment = "staging"
    """Which environment this deployment trades for; signals of the other are refused."""
    demo: bool = False
    """A simulated market stands in for market data."""
    allow_live: bool = False
    """Real money moves only if the strategy, the account and this all say so."""
    pubsub_project: str | None = None
    """Cloud Pub/Sub project; None in the embedded mode, which has its own bus."""
    service_urls: dict[str, str] = Field(default_factory=dict)
    """Where the other services answer, by service name; the embedded mode needs none."""
    log_level: Level = "INFO"

    _apps: dict[str, Any] = PrivateAttr(default_factory=dict)

    @property
    def local_apps(self) -> dict[str, Any]:
        """The ASGI apps that share this process, by service name (embedded mode)."""
        return self._apps


class ServiceSettings(BaseSettings):
    """What one service can be told; subclasses set their own ``env_prefix``."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    platform: Platform = Field(default_factory=Platform)


class SettingsInvalid(Exception):
    """The environment does not make valid settings; the text lists every wrong field and what to do."""


S = TypeVar("S", bound=ServiceSettings)


def read_settings(settings: type[S], platform: Platform | None = None) -> S:
    """
    Return *settings* read from the environment.

    Raises:
        SettingsInvalid: with every missing or wrong variable of the platform and of the service.
    """
    wrong: list[str] = []
    try:
        platform = platform or Platform()
    except ValidationError as error:
        wrong += _explain(error, Platform)
    try:
        mine = settings(platform=platform or Platform.model_construct())
    except ValidationError as error:
        wrong += _explain(error, settings)
    if wrong:
        raise SettingsInvalid("These settings are missing or wrong:\n" + "\n".join(f"  {line}" for line in wrong))
    return mine


def _explain(error: ValidationError, settings: type[BaseSettings]) -> list[str]:
    """Return one line for each wrong field; values are never repeated, they may be secrets."""
    prefix = settings.model_config.get("env_prefix", "")
    return [
        f"{prefix}{'__'.join(str(part) for part in fault['loc'])}".upper() + f": {fault['msg']}"
        for fault in error.errors(include_input=False, include_url=False)
    ]
