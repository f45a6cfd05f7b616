"""Settings: read once at start; every wrong field is listed, not only the first."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field, PrivateAttr, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from mathematricks.contracts.base import Environment
from mathematricks.runtime.faults import explain

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


def _mongodb(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("mongodb://", "mongodb+srv://")):
        raise ValueError("must be a MongoDB URL: mongodb://… or mongodb+srv://…")
    return url


class _Environment(EnvSettingsSource):
    """The environment, whose values that should be JSON and are not are told like all other wrong ones."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,  # the reference shows them
    )

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment; nothing else is read."""
        return init_settings, _Environment(settings_cls)


class Platform(_Settings):
    """What all services of one deployment are told alike (``MATHEMATRICKS_*``)."""

    model_config = SettingsConfigDict(env_prefix="MATHEMATRICKS_")

    mongo_url: Annotated[SecretStr, AfterValidator(_mongodb)]
    """A replica set: transactions and change streams need one."""
    mongo_database: str = "mathematricks"
    """Where in it this deployment's collections lie."""
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
    """From which level on a line is logged."""

    _apps: dict[str, Any] = PrivateAttr(default_factory=dict)

    @property
    def local_apps(self) -> dict[str, Any]:
        """The ASGI apps that share this process, by service name (embedded mode)."""
        return self._apps


class ServiceSettings(_Settings):
    """What one service can be told; subclasses set their own ``env_prefix``."""

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
    if platform is None:
        try:
            platform = Platform()
        except ValidationError as error:
            wrong += _explain(error, Platform)
            platform = Platform.model_construct(mongo_url=SecretStr(""), deployment_key=SecretStr(""))
    try:
        mine = settings(platform=platform)
    except ValidationError as error:
        wrong += _explain(error, settings)
    if wrong:
        raise SettingsInvalid("These settings are missing or wrong:\n" + "\n".join(f"  {line}" for line in wrong))
    return mine


def _explain(error: ValidationError, settings: type[BaseSettings]) -> list[str]:
    """Return one line for each wrong field; values are never repeated, they may be secrets."""
    prefix = settings.model_config.get("env_prefix", "")
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    return [f"{_variable(fault['loc'], prefix, fault['type'])}: {explain(fault)}" for fault in faults]


def _variable(place: tuple[int | str, ...], prefix: str, kind: str) -> str:
    if not place:
        return f"{prefix}*".upper()
    inside = [f" [{part}]" for part in place[1:] if isinstance(part, int)]
    if kind == "missing" and len(place) > 1:
        inside.append(f" {place[-1]}")  # our own field's name; others inside may be what was sent
    return f"{prefix}{place[0]}".upper() + "".join(inside)
