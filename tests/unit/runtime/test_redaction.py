"""No secret reaches a log, whatever it hides in."""

from __future__ import annotations

import json
import logging
from decimal import Decimal
from typing import Any

import pytest
import structlog
from mathematricks.runtime.logging import configure_logging
from mathematricks.runtime.redaction import clean, clean_text
from mathematricks.runtime.settings import Platform
from pydantic import BaseModel, SecretStr, ValidationError

SECRET = "hunter2!x"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjZXJlYnJvIn0.c2lnbmF0dXJl"


class Posted(BaseModel):
    """A body with a secret in it."""

    passphrase: str
    price: int


@pytest.mark.parametrize(
    "text",
    [
        f"cannot reach mongodb://desk:{SECRET}@db.example:27017/?replicaSet=rs",
        f"mongodb+srv://:{SECRET}@db.example failed, then amqp://u:{SECRET}@mq too",
        f"Authorization: Bearer {SECRET}",
        f"bearer {SECRET}",
        f"it was {JWT} all along",
        f'{{"passphrase": "{SECRET}", "price": 1}}',
        f"{{'sender_token': '{SECRET}'}}",
        f"password={SECRET}&user=carol",
        f"apiKey: {SECRET}",
        f"API_KEY={SECRET}",
        f'dup key: {{ secret_hash: "{SECRET}" }}',
        f"1 validation error [type=int_parsing, input_value='{SECRET}', input_type=str]",
        f"[input_value={{'a': '{SECRET}',\n 'b': 1}}, input_type=dict]",
        f"Set-Cookie: session={SECRET}; HttpOnly",
    ],
)
def test_a_secret_inside_a_text_is_blanked(text: str) -> None:
    cleaned = clean_text(text)

    assert SECRET not in cleaned
    assert JWT not in cleaned
    assert "[redacted]" in cleaned


@pytest.mark.parametrize(
    "text",
    [
        "order o3k7q2m5v6w4x2y7z5a4b3c2d6 filled 100 AAPL at 150.25",
        "https://example.org/path?page=2",
        "2026-11-20T12:00:00.000Z",
        "authority moved from v1 to v2",
    ],
)
def test_an_innocent_text_stays_as_it_is(text: str) -> None:
    assert clean_text(text) == text


def test_names_are_looked_at_at_any_depth() -> None:
    event = {
        "event": "signal.accepted",
        "body": {"legs": [{"Passphrase": SECRET}, {"price": Decimal("1.5")}], "auth": {"api_key": SECRET}},
        "headers": (("x", f"Bearer {SECRET}"),),
        "raw": f'{{"passphrase":"{SECRET}"}}'.encode(),
    }

    cleaned = clean(event)

    assert SECRET not in str(cleaned)
    assert cleaned["body"]["legs"][1] == {"price": Decimal("1.5")}
    assert cleaned["event"] == "signal.accepted"


def test_what_is_nested_without_end_is_cut() -> None:
    endless: dict[str, Any] = {}
    endless["again"] = endless

    assert "[redacted]" in str(clean(endless))


class TestTheLog:
    @pytest.fixture(autouse=True)
    def service_log(self) -> Any:
        before = structlog.get_config()
        handlers, level = logging.root.handlers[:], logging.root.level
        yield
        structlog.configure(**before)
        structlog.contextvars.clear_contextvars()
        logging.root.handlers, logging.root.level = handlers, level

    def lines(self, capfdbinary: Any) -> list[dict[str, Any]]:
        return [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]

    def test_a_traceback_carries_no_secret(self, capsysbinary: Any) -> None:
        configure_logging("trial")
        try:
            Posted.model_validate({"passphrase": SECRET, "price": SECRET})
        except ValidationError:
            structlog.get_logger().exception("body.refused", url=f"mongodb://u:{SECRET}@h/")

        (line,) = self.lines(capsysbinary)
        assert SECRET not in str(line)
        assert "ValidationError" in line["exception"]
        assert (line["service"], line["level"], line["event"]) == ("trial", "error", "body.refused")

    def test_the_standard_library_speaks_the_same_language(self, capsysbinary: Any) -> None:
        configure_logging("trial")

        logging.getLogger("pymongo").warning("no primary at %s", f"mongodb://u:{SECRET}@h/")
        logging.getLogger("httpx").info("chatter")
        logging.getLogger("odd").error("%d", "not a number")

        first, *_ = self.lines(capsysbinary)
        assert (first["level"], first["event"]) == ("warning", "no primary at mongodb://[redacted]@h/")

    @pytest.mark.parametrize(
        "odd", ["\ud800", 2**70, {1: "one", None: 2}, {"a", "b"}, object(), SecretStr(SECRET), b"\xff"]
    )
    def test_a_line_never_fails(self, capsysbinary: Any, odd: Any) -> None:
        configure_logging("trial")

        structlog.get_logger().info("odd.value", value=odd)

        (line,) = self.lines(capsysbinary)
        assert line["event"] == "odd.value"
        assert SECRET not in str(line)


def test_settings_do_not_show_their_secrets() -> None:
    platform = Platform(mongo_url=SecretStr(f"mongodb://u:{SECRET}@h"), deployment_key=SecretStr("k" * 32))

    assert SECRET not in repr(platform) + str(platform) + str(platform.model_dump())
