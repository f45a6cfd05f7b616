"""What a probe says of a service, and in which mode a signal is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard_processor.adapters.changes import SETTLING, MemoryChanges
from dashboard_processor.domain.health import Probe, health_after
from dashboard_processor.domain.signals import Verdict, newest_by_mode
from dashboard_processor.ports import Section
from mathematricks.contracts.dashboard import OverviewSignal

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_row(signal_id: str, **but: Any) -> OverviewSignal:
    usual = {"external_id": signal_id, "strategy_id": "Trend", "instrument": "AAPL", "action": "BUY"}
    return OverviewSignal(**usual | {"signal_id": signal_id, "received_at": NOON, "status": "waiting"} | but)


def test_a_service_that_answers_is_seen_now():
    health = health_after(Probe("cerebro", 200, 1.26, NOON), None)

    assert (health.status, health.latency_ms, health.last_seen) == ("ready", 1.3, NOON)


def test_a_silent_service_keeps_the_time_it_was_last_seen():
    before = health_after(Probe("cerebro", 200, 1.0, NOON), None)

    health = health_after(Probe("cerebro", None, 2000.0, NOON + timedelta(minutes=1)), before)

    assert (health.status, health.latency_ms, health.last_seen) == ("unreachable", None, NOON)


def test_a_service_that_drains_is_not_ready():
    assert health_after(Probe("cerebro", 503, 1.0, NOON), None).status == "not_ready"


def test_signals_are_split_by_the_mode_they_were_decided_for():
    rows = [a_row("s1"), a_row("s2", received_at=NOON + timedelta(seconds=1)), a_row("s3", strategy_id="Live")]
    verdicts = {"s1": Verdict("s1", "LIVE", "REFUSED", "MARGIN_LIMIT"), "s2": Verdict("s2", "PAPER", "APPROVED")}

    told = newest_by_mode(rows, verdicts, {"Live": "LIVE"})

    assert [(row.signal_id, row.status, row.reason) for row in told["LIVE"]] == [
        ("s1", "refused", "MARGIN_LIMIT"),
        ("s3", "waiting", None),
    ]
    assert [(row.signal_id, row.status) for row in told["PAPER"]] == [("s2", "approved")]


def test_an_undecided_signal_of_nobody_known_is_shown_with_paper():
    assert [row.signal_id for row in newest_by_mode([a_row("s1")], {}, {})["PAPER"]] == ["s1"]


def test_a_marked_section_is_due_until_its_writers_have_settled():
    seconds = [0.0]
    changes = MemoryChanges(lambda: seconds[0])
    changes.mark(Section.ACTIVITY)

    assert changes.take() == {Section.ACTIVITY}
    assert changes.take() == {Section.ACTIVITY}
    seconds[0] = SETTLING
    assert changes.take() == {Section.ACTIVITY}
    assert changes.take() == frozenset()


def test_a_suspected_section_is_due_once():
    changes = MemoryChanges()
    changes.suspect(*Section)

    assert changes.take() == set(Section)
    assert changes.take() == frozenset()
