"""Who is paged about an open alert, when, and when again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alerting.domain.escalation import Ladder, Rung, down_key, pages_due, superseded, tried
from hypothesis import given
from hypothesis import strategies as st
from mathematricks.contracts.alerts import AlertRecord

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LADDER = Ladder(
    {
        "warning": (Rung(("email",)),),
        "critical": (Rung(("telegram", "email")), Rung(("sms",), timedelta(minutes=15))),
    },
    again=timedelta(minutes=5),
)


def an_alert(**but) -> AlertRecord:
    usual = {
        "alert_id": "a1",
        "key": "order.parked:o1",
        "severity": "critical",
        "title": "Parked",
        "service": "execution",
    }
    usual |= {"raised_at": NOON, "last_seen": NOON, "count": 1, "occurrences": ("a1",), "open": True}
    return AlertRecord(**usual | but)


def due(minutes: float, **but) -> dict[str, int]:
    return {one.channel: one.number for one in pages_due(an_alert(**but), LADDER, NOON + timedelta(minutes=minutes))}


def test_a_critical_alert_is_paged_at_once_and_again_until_somebody_acknowledges():
    assert due(0) == {"telegram": 1, "email": 1}
    assert due(4.9) == {"telegram": 1, "email": 1}
    assert due(5) == {"telegram": 2, "email": 2}
    assert due(5, open=False) == {}


def test_the_next_rung_joins_when_nobody_has_acknowledged_in_time():
    assert "sms" not in due(14.9)
    assert due(15) == {"telegram": 4, "email": 4, "sms": 1}


def test_a_warning_is_paged_once_and_an_info_never():
    assert due(600, severity="warning") == {"email": 1}
    assert due(600, severity="info") == {}


def test_a_warning_that_turns_critical_is_another_page():
    (warned,) = pages_due(an_alert(severity="warning"), LADDER, NOON)
    critical = [one for one in pages_due(an_alert(), LADDER, NOON + timedelta(minutes=1)) if one.channel == "email"]

    assert [one.number for one in critical] == [warned.number]
    assert critical[0].notification_id != warned.notification_id


def test_a_channel_is_not_told_through_itself_that_it_is_down():
    assert "telegram" not in due(0, key=down_key("telegram"))


def test_an_alert_that_waited_through_an_outage_is_paged_once_not_once_per_period():
    pages = list(pages_due(an_alert(), LADDER, NOON + timedelta(hours=3)))

    assert sorted(page.channel for page in pages) == ["email", "sms", "telegram"]


def test_pauses_between_attempts_grow_and_end():
    (page, *_) = pages_due(an_alert(), LADDER, NOON)
    pauses = []
    for _ in range(12):
        page = tried(page, "it does not answer", NOON)
        pauses.append((page.next_at - NOON).total_seconds())

    assert pauses[:3] == [2, 4, 8]
    assert max(pauses) == 300
    assert tried(page, None, NOON).state == "sent"


def test_an_older_page_is_superseded_by_a_newer_and_by_an_acknowledgement():
    (first, *_) = pages_due(an_alert(), LADDER, NOON)
    (second, *_) = pages_due(an_alert(), LADDER, NOON + timedelta(minutes=6))

    assert superseded(first, an_alert(), [first, second])
    assert not superseded(second, an_alert(), [first, second])
    assert superseded(second, an_alert(open=False), [second])


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_however_often_one_looks_each_page_is_one_id(moments):
    found = [
        page for minute in sorted(moments) for page in pages_due(an_alert(), LADDER, NOON + timedelta(minutes=minute))
    ]

    assert len({page.notification_id for page in found}) == len({(page.channel, page.number) for page in found})
