"""Everything the frontend's API can be told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from mathematricks.runtime.settings import ServiceSettings
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from frontend_api.domain.passwords import weakness_of
from frontend_api.domain.sessions import COOKIE, PLAIN_COOKIE

FIRST_ADMIN = "admin"
LARGEST_BODY = 1 << 20
"""Bytes: what a browser sends us is small, a backtest's file excepted."""
ORIGIN = r"^(https://[a-z0-9.\-]+|http://localhost)(:[0-9]{1,5})?$"
"""Browsers make passkeys for names alone, and over HTTPS or on one's own machine."""


class Settings(ServiceSettings):
    """Read once at start; a weak first password stops the process."""

    model_config = SettingsConfigDict(env_prefix="FRONTEND_API_", frozen=True, extra="ignore")

    first_admin_password: SecretStr | None = None
    """Password of the admin created when there is none; it must be changed at the first login."""
    print_first_password: bool = False
    """Invent that password instead and print it to stderr once: for a desk on one's own machine only."""
    plain_http: bool = False
    """Serve logins over http://localhost: cookies without Secure, and no other host lets anyone in."""
    public_origin: Annotated[str, Field(pattern=ORIGIN)] | None = None
    """The one address people reach the pages at, such as https://desk.fund.com; passkeys belong to it and need it."""
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0
    """How many proxies of ours stand before us, each adding one address to X-Forwarded-For."""
    session_idle: Annotated[timedelta, Field(gt=timedelta(0))] = timedelta(minutes=30)
    """A session unused for so long ends."""
    session_life: Annotated[timedelta, Field(gt=timedelta(0))] = timedelta(hours=12)
    """A session ends after so long whatever happens."""

    frontend_dir: Path | None = None
    """The built pages (``frontend/dist``); without them a page says how to build them."""

    @property
    def cookie(self) -> str:
        """The session cookie's name."""
        return PLAIN_COOKIE if self.plain_http else COOKIE

    @property
    def passkey_cookie(self) -> str:
        """The name of the cookie that ties a passkey's answer to the browser that was asked."""
        return "passkey" if self.plain_http else "__Host-passkey"

    @field_validator("public_origin", mode="before")
    @classmethod
    def _said(cls, origin: str | None) -> str | None:
        return origin or None

    @field_validator("first_admin_password")
    @classmethod
    def _strong(cls, password: SecretStr | None) -> SecretStr | None:
        if password is not None and (weakness := weakness_of(password.get_secret_value(), FIRST_ADMIN)):
            raise ValueError(weakness)
        return password
