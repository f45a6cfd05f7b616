"""What ingestion may refuse, and what it must let pass for `decide` to judge."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from signal_ingestion.domain.admission import Admitted, Door, admit, environment_of
from signal_ingestion.domain.json_body import decode
from signal_ingestion.domain.parse import Parsed, parse
from signal_ingestion.domain.refused import Refused
from support.signals import NOON, a_body, a_body_leg

HERE = Door("staging", "staging")


def parsed(**but: Any) -> Parsed:
    return parse(decode(orjson.dumps(a_body(**but))).tree)


def admitted(strategies: tuple[str, ...] = ("Trend",), door: Door = HERE, **but: Any) -> Admitted:
    return admit(parsed(**but), "alice", strategies, door, NOON, NOON)


def test_a_strategy_of_somebody_else_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        admitted(strategies=("Carry",))

    assert refused.value.status == 403


def test_a_demonstrator_may_send_for_any_strategy() -> None:
    assert admitted(strategies=("*",)).parsed.strategy == "Trend"


def test_a_clock_far_ahead_is_refused_and_a_little_ahead_is_not() -> None:
    ahead = NOON + timedelta(seconds=121)

    with pytest.raises(Refused) as refused:
        admitted(signal_sent_EPOCH=int(ahead.timestamp()))

    assert refused.value.status == 422
    assert "121 s ahead" in refused.value.reason
    assert admitted(signal_sent_EPOCH=int(NOON.timestamp()) + 120)


def test_an_old_signal_is_let_pass_because_an_exit_never_expires() -> None:
    assert admitted(signal_sent_EPOCH="2023-10-02T18:06:40Z").parsed.sent_at.year == 2023


def test_the_other_environment_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        admitted(door=Door("production", "staging"))

    assert refused.value.status == 422


def test_the_host_decides_the_environment_and_the_body_is_told_so() -> None:
    signal = admitted(environment="production", legs=[a_body_leg(environment="staging")])

    assert signal.environment == "staging"
    assert signal.parsed.warnings == ("environment in the body is ignored; this address means staging",)
    assert environment_of("Staging.Example.org:443", {"staging.example.org": "staging"}, "production") == "staging"
    assert environment_of("elsewhere.org", {"staging.example.org": "staging"}, "production") == "production"


def test_a_numbered_signal_says_what_the_body_said() -> None:
    signal = admitted(account_equity="1000000", signal_type="ENTRY").numbered(7)

    assert (signal.strategy_id, signal.strategy_seq, signal.external_id) == ("Trend", 7, "trend-1")
    assert (signal.account_equity, signal.signal_type, signal.provider) == (1_000_000, "ENTRY", "v3")
