"""Settings: everything wrong is told at once, and nothing that was given is repeated."""

from __future__ import annotations

import os
from datetime import timedelta
from decimal import Decimal
from typing import Annotated

import pytest
from mathematricks.contracts.rest import BrokerAccount
from mathematricks.runtime.settings import Platform, ServiceSettings, SettingsInvalid, read_settings
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

SECRET = "hunter2-do-not-repeat"
GOOD = {"MATHEMATRICKS_MONGO_URL": "mongodb://db/?replicaSet=rs", "MATHEMATRICKS_DEPLOYMENT_KEY": "k" * 32}


class TrialSettings(ServiceSettings):
    """One of each kind."""

    model_config = SettingsConfigDict(env_prefix="TRIAL_")

    limit: Annotated[Decimal, Field(gt=0, lt=1)] = Decimal("0.40")
    every: timedelta = timedelta(seconds=1)
    accounts: tuple[BrokerAccount, ...] = ()
    hosts: dict[str, int] = Field(default_factory=dict)
    pepper: SecretStr

    @field_validator("pepper")
    @classmethod
    def _long(cls, pepper: SecretStr) -> SecretStr:
        if len(pepper.get_secret_value()) < 8:
            raise ValueError("must have at least 8 characters")
        return pepper


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("MATHEMATRICKS_", "TRIAL_")):
            monkeypatch.delenv(name)


def told(monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[str]:
    """Return the lines that refuse *environment*."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid) as refusal:
        read_settings(TrialSettings)
    assert SECRET not in str(refusal.value)
    first, *lines = str(refusal.value).splitlines()
    assert first == "These settings are missing or wrong:"
    return [line.strip() for line in lines]


def test_good_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TRIAL_PEPPER", SECRET)
    monkeypatch.setenv("TRIAL_HOSTS", '{"staging": 1}')
    monkeypatch.setenv("TRIAL_EVERY", "PT5S")
    monkeypatch.setenv("TRIAL_LIMIT", "")

    settings = read_settings(TrialSettings)

    assert settings.hosts == {"staging": 1}
    assert settings.every == timedelta(seconds=5)
    assert settings.limit == Decimal("0.40")
    assert settings.platform.environment == "staging"


def test_every_missing_one_is_named_of_the_platform_and_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [line.split(":")[0] for line in told(monkeypatch)] == [
        "MATHEMATRICKS_MONGO_URL",
        "MATHEMATRICKS_DEPLOYMENT_KEY",
        "TRIAL_PEPPER",
    ]


def test_every_wrong_one_is_explained_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = told(
        monkeypatch,
        MATHEMATRICKS_MONGO_URL=f"postgres://u:{SECRET}@db",
        MATHEMATRICKS_DEPLOYMENT_KEY=SECRET,
        MATHEMATRICKS_LOG_LEVEL=SECRET,
        MATHEMATRICKS_SERVICE_URLS=f"not json {SECRET}",
        TRIAL_LIMIT="1.5",
        TRIAL_EVERY=SECRET,
        TRIAL_ACCOUNTS=f'[{{"account": "{SECRET}"}}]',
        TRIAL_HOSTS=f'{{"{SECRET}": "x"}}',
        TRIAL_PEPPER="short",
    )

    assert {line.split(":")[0] for line in lines} == {
        "MATHEMATRICKS_MONGO_URL",
        "MATHEMATRICKS_DEPLOYMENT_KEY",
        "MATHEMATRICKS_LOG_LEVEL",
        "MATHEMATRICKS_SERVICE_URLS",
        "TRIAL_LIMIT",
        "TRIAL_EVERY",
        "TRIAL_ACCOUNTS [0] broker",
        "TRIAL_ACCOUNTS [0] mode",
        "TRIAL_ACCOUNTS [0] base_currency",
        "TRIAL_HOSTS",
        "TRIAL_PEPPER",
    }
    assert "TRIAL_PEPPER: must have at least 8 characters" in lines
    assert "MATHEMATRICKS_MONGO_URL: must be a MongoDB URL: mongodb://… or mongodb+srv://…" in lines


def test_a_platform_that_was_given_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    platform = Platform(mongo_url=SecretStr("mongodb://given"), deployment_key=SecretStr("k" * 32))
    monkeypatch.setenv("TRIAL_PEPPER", SECRET)

    assert read_settings(TrialSettings, platform).platform is platform
