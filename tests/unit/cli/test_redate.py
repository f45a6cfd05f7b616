"""Old bodies sent as if new."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from mathematricks_cli.redate import redate, sent_at, shift_expiries

NOW = datetime(2026, 11, 20, 12, 0, 0, 250_000, tzinfo=UTC)
SECONDS = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (1_696_270_000, SECONDS),
        (1_764_051_878_596, SECONDS * 1000 + 250),
        ("1696270000", str(SECONDS)),
        ("2025-12-01T16:30:00Z", "2026-11-20T12:00:00.250Z"),
        ("yesterday", "yesterday"),
    ],
)
def test_sent_times_move_to_now_in_the_kind_they_were_written_in(old, new):
    assert redate({"signal_sent_EPOCH": old}, NOW)["signal_sent_EPOCH"] == new


def test_the_other_sent_times_of_a_body_and_its_wrapper_move_too():
    body = {"forwarded_at": 1_696_270_000, "original_signal": {"timestamp": "2025-11-29T08:58:56+00:00"}}

    redated = redate(body, NOW)

    assert redated["forwarded_at"] == SECONDS
    assert redated["original_signal"]["timestamp"].startswith("2026-11-20T12:00:00")


@pytest.mark.parametrize(
    ("expiry", "moved"),
    [
        ("20251229", "20261229"),
        ("2025-01-17", "2027-01-17"),
        (20251229, 20261229),
        ("20261120", "20261120"),
        ("20240229", "20270228"),
        ("soon", "soon"),
        ("20251399", "20251399"),
        (None, None),
    ],
)
def test_expiries_of_an_undated_body_move_by_whole_years_until_they_lie_ahead(expiry, moved):
    assert shift_expiries({"legs": [{"expiry": expiry}]}, NOW) == {"legs": [{"expiry": moved}]}


def test_a_contract_that_had_expired_when_the_body_was_sent_stays_expired():
    body = {"signal_sent_EPOCH": 1_764_406_743, "signal": {"expiry": "2025-01-17"}}  # sent 2025-11-29

    assert redate(body, NOW)["signal"] == {"expiry": "2025-01-17"}


def test_a_contract_that_expired_between_then_and_now_is_moved():
    body = {"signal_sent_EPOCH": 1_764_406_743, "signal": {"expiry": "20251229"}}

    assert redate(body, NOW)["signal"] == {"expiry": "20261229"}


def test_the_body_itself_is_left_alone():
    body = {"signal_sent_EPOCH": 1_764_406_743, "signal": {"expiry": "20251229"}}

    redate(body, NOW)

    assert body["signal"] == {"expiry": "20251229"}
    assert sent_at(body) == datetime(2025, 11, 29, 8, 59, 3, tzinfo=UTC)
