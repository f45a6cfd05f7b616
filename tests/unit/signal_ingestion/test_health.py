"""Signal health: what the signals that came say about those that did not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import pytest
from signal_ingestion.domain.health import Seen, extras, health_of, usual_gap
from support.signals import NOON

D = Decimal
MINUTE = timedelta(minutes=1)


def came(*sides: str, every: timedelta = MINUTE, **but: object) -> list[Seen]:
    """Signals in KO with these sides, one after the other, the last at noon."""
    count = len(sides)
    return [
        Seen(f"s{n}", "alice", NOON - every * (count - 1 - n), None, {"KO": side}, **but)  # type: ignore[dict-item, arg-type]
        for n, side in enumerate(sides)
    ]


def numbered(*numbers: int) -> list[Seen]:
    return [Seen(f"s{n}", "alice", NOON, None, {"KO": "BUY" if n % 2 else "SELL"}, number=n) for n in numbers]


def kinds(signals: list[Seen], positions: Mapping[str, Decimal] | None = None, after: timedelta = MINUTE) -> list[str]:
    return [warning.kind for warning in health_of("Trend", signals, positions or {}, NOON + after).warnings]


def test_numbers_without_a_gap_are_healthy_whatever_their_order():
    assert kinds(numbered(4, 6, 5, 7)) == []


def test_a_missing_number_is_named_to_its_sender():
    (warning,) = health_of("Trend", numbered(4, 5, 8), {}, NOON).warnings

    assert (warning.kind, warning.signal_id) == ("SEQUENCE_GAP", "s8")
    assert "2 of your signals" in warning.sentence
    assert "6, 7" in warning.sentence


def test_a_number_that_comes_late_closes_its_gap():
    assert kinds(numbered(4, 5, 7)) == ["SEQUENCE_GAP"]
    assert kinds(numbered(4, 5, 7, 6)) == []


def test_numbers_that_begin_anew_are_a_new_series():
    assert kinds(numbered(500, 501, 1, 2, 3)) == []
    assert kinds(numbered(500, 501, 0, 2)) == ["SEQUENCE_GAP"]
    assert kinds(numbered(2, 1, 3)) == []


def test_a_side_that_comes_twice_is_news_only_where_it_never_did():
    turning = ["BUY", "SELL"] * 3

    assert kinds(came(*turning, "BUY", "BUY")) == ["SAME_SIDE_TWICE"]
    assert kinds(came(*turning, "BUY")) == []
    assert kinds(came("BUY", "BUY", *turning, "BUY", "BUY")) == []
    assert kinds(came("BUY", "BUY")) == []


def test_silence_is_measured_by_the_strategy_s_own_pace():
    hourly = came(*(["BUY", "SELL"] * 8), every=timedelta(hours=1))

    assert usual_gap(hourly) == timedelta(hours=1)
    assert kinds(hourly, after=timedelta(minutes=119)) == []
    assert kinds(hourly, after=timedelta(minutes=121)) == ["SILENCE"]
    assert kinds(hourly[-5:], after=timedelta(days=30)) == []


@pytest.mark.parametrize(
    ("belief", "held", "found"),
    [
        ("long", 100, []),
        ("short", -3, []),
        ("flat", 0, []),
        ("flat", 100, ["POSITION_MISMATCH"]),
        ("long", 0, ["POSITION_MISMATCH"]),
        ("long", -1, ["POSITION_MISMATCH"]),
    ],
)
def test_what_a_sender_believes_to_hold_is_held_against_what_the_desk_holds(belief: str, held: int, found: list[str]):
    signals = came("BUY", belief=belief)

    assert kinds(signals, {"KO": D(held)}, after=timedelta(minutes=2)) == found
    assert kinds(signals, {"KO": D(held)}, after=timedelta(seconds=30)) == []


@pytest.mark.parametrize(
    ("body", "number", "belief"),
    [
        ({"sequence": 7, "market_position": "long"}, 7, "long"),
        ({"signal": {"sequence": "8", "market_position": "SHORT"}}, 8, "short"),
        ({"original_signal": {"alert_number": 9, "market_position": "flat"}}, 9, "flat"),
        ({"sequence": "many", "market_position": {"$ne": 1}}, None, None),
        ({"signal": [{"sequence": 1}]}, None, None),
        ({}, None, None),
    ],
)
def test_number_and_belief_are_read_wherever_the_body_says_them(body: dict, number: int | None, belief: str | None):
    assert extras(json.dumps(body)) == (number, belief)
