"""Everything alerting can be told."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Self

from mathematricks.contracts.alerts import Severity
from mathematricks.runtime.settings import ServiceSettings
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

CHANNELS = ("telegram", "email", "sms", "webhook")


class RungSetting(BaseModel):
    """Channels that join once an alert was open for *after* seconds; one that is not set up is passed over."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channels: tuple[str, ...]
    after: Annotated[float, Field(ge=0, le=86_400)] = 0


USUAL: dict[Severity, tuple[RungSetting, ...]] = {
    "warning": (RungSetting(channels=("email", "webhook")),),
    "critical": (
        RungSetting(channels=("telegram", "email", "webhook")),
        RungSetting(channels=("sms",), after=900),
    ),
}


class Settings(ServiceSettings):
    """Read once at start. A channel exists where its first setting does; the log and the dashboard always do."""

    model_config = SettingsConfigDict(env_prefix="ALERTING_", frozen=True, extra="ignore")

    ladder: dict[Severity, tuple[RungSetting, ...]] = USUAL
    """Who is paged at which severity, and who joins while nobody acknowledges, as JSON."""
    page_again: Annotated[timedelta, Field(ge=timedelta(seconds=1))] = timedelta(minutes=5)
    """A critical alert is paged again after each such time until somebody acknowledges it."""

    telegram_token: SecretStr | None = None
    """Of the bot."""
    telegram_chats: tuple[str, ...] = ()
    """Ids of the chats that it writes to, as JSON."""
    telegram_api: str = "https://api.telegram.org"
    """Where its API answers."""

    smtp_host: str | None = None
    """The mail server."""
    smtp_port: Annotated[int, Field(ge=1, le=65_535)] = 587
    """Its port."""
    smtp_starttls: bool = True
    """Whether the connection is encrypted before anything is said; off only for a server on this machine."""
    smtp_user: str | None = None
    """Who logs in; nobody if left out."""
    smtp_password: SecretStr | None = None
    """With what."""
    smtp_from: str = "mathematricks@localhost"
    """Whom mails come from."""
    smtp_to: tuple[str, ...] = ()
    """Whom they go to, as JSON."""

    sms_url: str | None = None
    """Where the provider takes a form of From, To and Body."""
    sms_account: str = ""
    """User of its basic authentication."""
    sms_secret: SecretStr = SecretStr("")
    """Password of the same."""
    sms_from: str = ""
    """Number that messages come from."""
    sms_to: tuple[str, ...] = ()
    """Numbers that they go to, as JSON."""

    webhook_url: SecretStr | None = None
    """Where alerts are posted as JSON; secret, for such addresses usually are."""
    webhook_secret: SecretStr | None = None
    """Signs the body: X-Signature is its HMAC-SHA-256 in hex."""

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        named = {name for rungs in self.ladder.values() for rung in rungs for name in rung.channels}
        if unknown := named - set(CHANNELS):
            raise ValueError(f"ladder names {', '.join(sorted(unknown))}; there are {', '.join(CHANNELS)}")
        for channel, there, receivers in (
            ("telegram", self.telegram_token, self.telegram_chats),
            ("smtp", self.smtp_host, self.smtp_to),
            ("sms", self.sms_url, self.sms_to),
        ):
            if there and not receivers:
                raise ValueError(f"{channel} has nobody to send to")
        return self
