"""What the player fills in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import count
from typing import Any

from mathematricks_cli.outgoing import Player
from mathematricks_cli.script import read_steps

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def a_player(**but: Any) -> Player:
    numbers = count(1)
    usual: dict[str, Any] = {"passphrase": "right", "can_sign": True, "redating": None}
    return Player(**(usual | but), new_id=lambda: f"fresh-{next(numbers)}")


def filled(player: Player, *bodies: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(player.fill(step, NOW).content) for step in read_steps(json.dumps(list(bodies)))]


def test_a_missing_signal_id_and_time_are_filled_in():
    (body,) = filled(a_player(), {"strategy_name": "A"})

    assert body["signalID"] == "fresh-1"
    assert body["signal_sent_EPOCH"] == 1_795_176_000_000


def test_a_signal_id_and_time_of_its_own_stay():
    (body,) = filled(a_player(), {"signalID": "SELL TQQQ", "signal_sent_EPOCH": "2025-12-01T16:30:00Z"})

    assert (body["signalID"], body["signal_sent_EPOCH"]) == ("SELL TQQQ", "2025-12-01T16:30:00Z")


def test_names_stand_for_the_signal_ids_that_were_sent():
    entry, other, close, again = filled(
        a_player(),
        {"entry_name": "$ENTRY_1", "signalID": "GC_ENTRY"},
        {"entry_name": "$ENTRY_2"},
        {"entry_signal_id": "$ENTRY_1"},
        {"entry_signal_id": "$PREVIOUS"},
    )

    assert close["entry_signal_id"] == "GC_ENTRY"
    assert again["entry_signal_id"] == close["signalID"]
    assert "entry_name" not in entry
    assert other["signalID"] != close["signalID"]


def test_a_body_with_a_passphrase_field_gets_the_senders_and_any_other_is_to_be_signed():
    player = a_player()
    (with_field, without) = read_steps('[{"passphrase": "REDACTED"}, {"strategy_name": "A"}]')

    said, silent = player.fill(with_field, NOW), player.fill(without, NOW)

    assert (json.loads(said.content)["passphrase"], said.unsigned) == ("right", False)
    assert (silent.unsigned, b"right" in silent.content) == (True, False)


def test_a_sender_that_cannot_sign_shows_its_passphrase():
    (body,) = filled(a_player(can_sign=False), {"strategy_name": "A"})

    assert body["passphrase"] == "right"


def test_a_forwarded_body_is_filled_inside_its_wrapper():
    (body,) = filled(a_player(), {"source": "forwarder", "original_signal": {"passphrase": "?"}})

    assert body["original_signal"]["passphrase"] == "right"
    assert body["original_signal"]["signalID"] == "fresh-1"
    assert set(body) == {"source", "original_signal"}


def test_old_bodies_that_differ_only_in_their_time_still_differ_when_redated():
    first = {"signalID": "stock_001", "signal_sent_EPOCH": 1_764_406_736, "timestamp": "2025-11-29T08:58:56Z"}
    again = {"signalID": "stock_001", "signal_sent_EPOCH": 1_764_483_456, "timestamp": "2025-11-30T06:17:36Z"}

    one, two = filled(a_player(redating=True), first, again)

    assert {one["signal_sent_EPOCH"], two["signal_sent_EPOCH"]} == {1_795_176_000, 1_795_175_999}


def test_a_script_without_dates_of_its_own_trades_contracts_that_are_alive():
    expiry = {"signal_legs": [{"expiry": "20251229"}]}

    (moved,) = filled(a_player(), expiry)
    (kept,) = filled(a_player(redating=False), expiry)
    (dated,) = filled(a_player(), expiry | {"signal_sent_EPOCH": 1_795_176_000})

    assert moved["signal_legs"][0]["expiry"] == "20261229"
    assert kept["signal_legs"][0]["expiry"] == "20251229"
    assert dated["signal_legs"][0]["expiry"] == "20251229"
