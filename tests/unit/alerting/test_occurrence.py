"""When an alert is a new one, and when it is the one we have, once more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from alerting.domain.occurrence import KEPT, acknowledged, occurred
from alerting.domain.severity import at_least, worse_of
from mathematricks.contracts.alerts import Alert

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def an_alert(**but: Any) -> Alert:
    usual = {"alert_id": "h1", "key": "order.parked:o1", "severity": "warning", "title": "Parked", "service": "x"}
    return Alert(**usual | {"raised_at": NOON} | but)


def test_a_first_alert_opens_a_record():
    record = occurred(an_alert(facts={"order": "o1"}), None)

    assert (record.count, record.open, record.occurrences) == (1, True, ("h1",))
    assert record.facts == {"order": "o1"}


def test_the_same_alert_again_changes_nothing():
    record = occurred(an_alert(), None)

    assert occurred(an_alert(), record) == record


def test_the_same_key_again_is_counted_with_its_newest_words():
    later = NOON + timedelta(minutes=1)

    record = occurred(an_alert(alert_id="h2", title="Still parked", raised_at=later), occurred(an_alert(), None))

    assert (record.alert_id, record.count, record.title) == ("h1", 2, "Still parked")
    assert (record.raised_at, record.last_seen) == (NOON, later)


def test_an_occurrence_that_arrives_late_is_counted_without_taking_the_words():
    earlier = NOON - timedelta(minutes=1)

    record = occurred(an_alert(alert_id="h0", title="Old", raised_at=earlier), occurred(an_alert(), None))

    assert (record.count, record.title, record.last_seen) == (2, "Parked", NOON)


def test_a_record_is_as_severe_as_its_worst_occurrence():
    record = occurred(an_alert(severity="critical"), None)

    assert occurred(an_alert(alert_id="h2", severity="info"), record).severity == "critical"


def test_only_the_latest_occurrences_are_remembered_but_all_are_counted():
    record = occurred(an_alert(), None)
    for number in range(2 * KEPT):
        record = occurred(an_alert(alert_id=f"more{number}"), record)

    assert record.count == 2 * KEPT + 1
    assert len(record.occurrences) == KEPT


def test_the_first_to_acknowledge_stays_in_the_record():
    record = acknowledged(occurred(an_alert(), None), "ada", "on it", NOON)

    again = acknowledged(record, "bob", "me too", NOON + timedelta(hours=1))

    assert again == record
    assert (record.open, record.acknowledged_by, record.acknowledged_at) == (False, "ada", NOON)


def test_severities_are_ordered():
    assert worse_of("info", "critical") == "critical"
    assert at_least("warning") == ("warning", "critical")
