"""Nobody ever sees another's document, whatever the roles, names and signals."""

from __future__ import annotations

from frontend_api.domain.live import FEEDS
from frontend_api.domain.receipt import Trail, receipt_of
from frontend_api.domain.visibility import (
    PAGES,
    Page,
    Viewer,
    client_seen_by,
    may_open,
    may_see_health,
    may_see_signal,
    receipt_for,
    sender_paid_by,
    sender_seen_by,
)
from hypothesis import given
from hypothesis import strategies as st
from mathematricks.contracts.collections import DASHBOARD_CLIENTS, DASHBOARD_SENDERS, DASHBOARD_SIGNALS
from mathematricks.contracts.money_views import ClientView, SenderView, SignalRow
from mathematricks.contracts.signal_health import SignalHealth
from support.signals import NOON, a_signal
from support.trails import a_booking, a_decision, a_fill, a_stored_signal, a_trading_order, an_order_record

names = st.sampled_from(["alice", "bob", "", "ALICE", "alice "])
maybe = st.none() | names
viewers = st.builds(Viewer, names, st.sampled_from(["admin", "client", "sender"]), client_id=maybe, sender=maybe)
SECRETS = ("paper:IBKR_Main", "251786", "33362", "venue says hello", "12 lots", "allocation_id", "code_version", "0.39")


def a_receipt(sender: str):
    signal = a_signal(sender=sender or "nobody")
    order = a_trading_order(signal)
    fill = a_fill(order)
    stored = a_stored_signal(signal)
    return receipt_of(Trail(stored, a_decision(signal, order), [an_order_record(order)], (), [fill], [a_booking(fill)]))


@given(viewer=viewers, page=st.sampled_from(Page))
def test_only_admins_open_everything_and_clients_their_own_page_alone(viewer: Viewer, page: Page):
    assert may_open(viewer, page) == (page in PAGES[viewer.role])
    assert may_open(viewer, page) or viewer.role != "admin"
    assert not may_open(viewer, page) or viewer.role != "client" or page is Page.CLIENT_HOME


@given(viewer=viewers)
def test_ones_own_page_is_of_the_client_or_the_sender_that_one_is(viewer: Viewer):
    assert client_seen_by(viewer) in (None, viewer.client_id)
    assert sender_paid_by(viewer) in (None, viewer.sender)
    assert client_seen_by(viewer) is None or viewer.role == "client"
    assert sender_paid_by(viewer) is None or viewer.role == "sender"
    assert "" not in (client_seen_by(viewer), sender_paid_by(viewer))


@given(viewer=viewers, sender=names)
def test_a_signal_is_seen_by_admins_and_by_its_own_sender_alone(viewer: Viewer, sender: str):
    seen = may_see_signal(viewer, sender)

    assert seen == (viewer.role == "admin" or (viewer.role == "sender" and viewer.sender == sender))
    assert sender_seen_by(viewer) is not None or viewer.role == "admin"


@given(viewer=viewers, senders=st.lists(st.sampled_from(["alice", "bob"]), min_size=1, unique=True))
def test_the_health_of_a_strategy_is_seen_by_those_who_may_see_all_its_signals(viewer: Viewer, senders: list[str]):
    health = SignalHealth(
        strategy_id="Trend", senders=tuple(senders), as_of=NOON, signals=1, last_received_at=NOON, warnings=()
    )

    assert may_see_health(viewer, health) == all(may_see_signal(viewer, sender) for sender in senders)


@given(viewer=viewers, sender=st.sampled_from(["alice", "bob"]))
def test_a_receipt_is_whole_sliced_or_not_there(viewer: Viewer, sender: str):
    whole = a_receipt(sender)

    told = receipt_for(viewer, whole)

    if viewer.role == "admin":
        assert told == whole
    elif viewer.role == "sender" and viewer.sender == sender:
        assert told is not None
        assert [secret for secret in SECRETS if secret not in whole.model_dump_json()] == []
        assert [secret for secret in SECRETS if secret in told.model_dump_json()] == []
        assert (told.end, told.results, told.hops) == (whole.end, whole.results, whole.hops)
    else:
        assert told is None


@given(viewer=viewers, whose=st.sampled_from(["alice", "bob"]), name=st.sampled_from(sorted(FEEDS)))
def test_the_stream_tells_a_document_to_admins_and_to_the_one_it_is_about(viewer: Viewer, whose: str, name: str):
    about_clients = ClientView.model_construct(client_id=whose)
    about_senders = SenderView.model_construct(sender=whose)
    row = SignalRow.model_construct(sender=whose)
    documents = {DASHBOARD_CLIENTS.name: about_clients, DASHBOARD_SENDERS.name: about_senders}

    seen = FEEDS[name].sees(viewer, documents.get(name, row))

    is_client, is_sender = viewer.role == "client", viewer.role == "sender"
    if name == DASHBOARD_CLIENTS.name:
        assert seen == (viewer.role == "admin" or (is_client and viewer.client_id == whose))
    elif name == DASHBOARD_SENDERS.name:
        assert seen == (viewer.role == "admin" or (is_sender and viewer.sender == whose))
    elif name == DASHBOARD_SIGNALS.name:
        assert seen == (is_sender and viewer.sender == whose)
    else:
        assert seen == (viewer.role == "admin")
