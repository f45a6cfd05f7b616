"""What must hold for every body: one identity however it is spelled, no secret kept, no surprise in the parser."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import bson
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mathematricks.contracts.signals import SignalRecord, StandardSignal, decimal_text
from mathematricks.storage.mongo import CODEC
from signal_ingestion.domain.admission import Door, admit
from signal_ingestion.domain.arrival import examine
from signal_ingestion.domain.identity import signal_id_of
from signal_ingestion.domain.json_body import BLANK, Body, decode, is_secret, readable_part
from signal_ingestion.domain.parse import Parsed, parse
from signal_ingestion.domain.providers import PROVIDERS
from signal_ingestion.domain.refused import Refused
from support.signals import NOON, a_body, a_body_leg

SECRET = "correct horse battery staple"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=12,
)
words = st.sampled_from(
    (
        *("BUY", "SELL", "SELL_ALL", "BUY_CALL", "LONG", "AAPL", "BTC", "EURUSD", "STOCK", "OPTION", "FUTURE"),
        *("CRYPTO", "20261218", "if AAPL < 145", "LIMIT", "STOP", "options", "EXIT", "$ENTRY_1", "Primary Ticker"),
        *("C", "150.25"),
    )
)
names = st.sampled_from(
    (
        *("ticker", "instrument", "instrument_type", "action", "direction", "quantity", "qty", "price", "order_type"),
        *("type", "strike", "expiry", "right", "underlying", "legs", "trigger", "stop_loss", "take_profit"),
        *("exchange", "stop_price", "environment", "signal_type", "entry_signal_id"),
    )
)
nearly_legs = st.dictionaries(
    names,
    words | st.integers(-5, 10**6) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none()
    | st.lists(st.dictionaries(names, words | st.integers(0, 500), max_size=5), max_size=3),
    max_size=9,
)  # fmt: skip
amounts = st.decimals(min_value=Decimal("0.00000001"), max_value=Decimal(10**9), places=8)


def read(raw: str) -> Parsed:
    return parse(decode(raw.encode()).tree)


def identity(body: dict[str, Any], **how: Any) -> str:
    return signal_id_of(read(json.dumps(body, **how)), "staging")


@given(json_values)
def test_any_json_is_parsed_or_refused_and_nothing_else(value: Any) -> None:
    _never_surprised(json.dumps(value).encode())


@given(signal=nearly_legs | st.lists(nearly_legs, max_size=3), where=st.sampled_from(["signal", "signal_legs"]))
def test_anything_like_a_signal_is_parsed_or_refused_and_nothing_else(signal: Any, where: str) -> None:
    body = a_body(legs=None) | {where: signal}

    _never_surprised(json.dumps(body).encode())
    assert sum(provider.recognises(decode(json.dumps(body).encode()).tree) for provider in PROVIDERS) <= 1


@given(body=st.fixed_dictionaries(dict.fromkeys(("strategy_name", "signalID"), json_values | words)))
def test_any_value_of_a_required_field_is_parsed_or_refused(body: dict[str, Any]) -> None:
    _never_surprised(json.dumps(a_body() | body).encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_readable_or_refused(raw: bytes) -> None:
    body = examine(raw)

    if isinstance(body, Refused):
        readable_part(raw).encode()
    else:
        body.text.encode()


def _never_surprised(raw: bytes) -> None:
    try:
        body = decode(raw)
        parsed = parse(body.tree)
        signal = admit(parsed, "alice", ("*",), Door("staging", "staging"), NOON, NOON).numbered(1)
    except Refused as refused:
        assert 400 <= refused.status < 500  # noqa: PT017 - either outcome is right
        return
    assert StandardSignal.model_validate_json(signal.model_dump_json()) == signal
    bson.encode(signal.model_dump(), codec_options=CODEC)
    orjson.dumps(parsed.summary.model_dump(mode="json"))


@given(order=st.permutations(sorted(a_body())), legs=st.permutations(sorted(a_body_leg())), indent=st.integers(0, 3))
def test_key_order_and_whitespace_do_not_change_who_a_signal_is(order: list[str], legs: list[str], indent: int) -> None:
    body, leg = a_body(), a_body_leg()
    shuffled = {name: body[name] for name in order} | {"signal_legs": [{name: leg[name] for name in legs}]}

    assert identity(shuffled, indent=indent) == identity(body)


@given(amount=amounts, zeros=st.integers(0, 3))
def test_the_spelling_of_a_number_does_not_change_who_a_signal_is(amount: Decimal, zeros: int) -> None:
    plain = decimal_text(amount)
    padded = (plain if "." in plain else f"{plain}.") + "0" * zeros + "0"
    spellings = [plain, padded, f"{amount:E}", f'"{plain}"']

    bodies = [json.dumps(a_body()).replace("150.25", spelling) for spelling in spellings]

    assert len({signal_id_of(read(body), "staging") for body in bodies}) == 1


@given(secret=st.text(min_size=1), when=st.integers(0, 10**9), equity=st.integers(1, 10**6))
def test_what_is_not_content_does_not_change_who_a_signal_is(secret: str, when: int, equity: int) -> None:
    body = a_body()
    dressed = body | {
        "passphrase": secret,
        "received_at": when,
        "account_equity": equity,
        "signal": body["signal_legs"],
        "entry_name": "$ENTRY_1",
    }

    wrapped = {"source": "vercel_forwarded", "original_signal": dressed, "forwarded_at": when}

    assert identity(dressed) == identity(wrapped) == identity(body)


def test_the_way_a_time_is_written_does_not_change_who_a_signal_is() -> None:
    ways = [1795176000, 1795176000.0, "1795176000", 1795176000000, "2026-11-20T12:00:00Z", "2026-11-20T13:00+01:00"]

    assert len({identity(a_body(signal_sent_EPOCH=way)) for way in ways}) == 1


@pytest.mark.parametrize(
    "but",
    [
        {"signalID": "trend-2"},
        {"strategy_name": "Carry"},
        {"signal_sent_EPOCH": 1795176001},
        {"signal_type": "ENTRY"},
        {"entry_signal_id": "trend-0"},
        {"legs": [a_body_leg(), a_body_leg()]},
        *({"legs": [a_body_leg(**leg)]} for leg in (
            {"instrument": "MSFT"}, {"instrument_type": "CRYPTO"}, {"action": "SELL"}, {"direction": None},
            {"quantity": 11}, {"price": 150.26}, {"price": 0}, {"order_type": "LIMIT"}, {"stop_loss": 140},
            {"take_profit": 160},
        )),
    ],
)  # fmt: skip
def test_other_content_is_another_signal(but: dict[str, Any]) -> None:
    assert identity(a_body(**but)) != identity(a_body())


@given(left=amounts, right=amounts)
def test_two_amounts_are_two_signals(left: Decimal, right: Decimal) -> None:
    ids = [identity(a_body(legs=[a_body_leg(quantity=str(amount))])) for amount in (left, right)]

    assert (ids[0] == ids[1]) == (left == right)


def test_the_environment_is_part_of_who_a_signal_is() -> None:
    parsed = read(json.dumps(a_body()))

    assert signal_id_of(parsed, "staging") != signal_id_of(parsed, "production")


secret_names = st.sampled_from(["passphrase", "PASSWORD", "api_key", "apiKey", "token", "X-Auth", "client_secret"])
places = st.lists(st.sampled_from(["object", "list"]), max_size=10)


@given(name=secret_names, path=places, shape=st.sampled_from([SECRET, [SECRET], {"a": SECRET}, {"b": [SECRET]}]))
def test_a_secret_is_blanked_at_any_depth_in_any_shape(name: str, path: list[str], shape: Any) -> None:
    tree: Any = {name: shape}
    for step in path:
        tree = {"inner": tree} if step == "object" else [tree]

    text = decode(json.dumps({"outer": tree}).encode()).text

    assert SECRET not in text
    assert BLANK in text


@given(tree=st.dictionaries(st.text(alphabet="abcdefghij", max_size=5), json_values, max_size=5))
def test_what_is_no_secret_is_kept_as_it_was(tree: dict[str, Any]) -> None:
    body = examine(json.dumps(tree).encode())

    if isinstance(body, Body) and not _says_secret(tree):
        assert decode(body.text.encode()).tree == body.tree


def _says_secret(value: Any) -> bool:
    if isinstance(value, dict):
        return any(is_secret(name) or _says_secret(kept) for name, kept in value.items())
    if isinstance(value, list):
        return any(map(_says_secret, value))
    return isinstance(value, str) and is_secret(value)


def test_a_record_reads_as_the_signal_it_is() -> None:
    assert set(StandardSignal.model_fields) <= set(SignalRecord.model_fields)
