"""A script of bodies: reading it, its names, its waits."""

from __future__ import annotations

import json

import pytest
from mathematricks_cli.script import ScriptInvalid, payload_of, read_steps, resolve


def test_an_object_an_array_and_json_lines_are_all_scripts():
    body = {"strategy_name": "A"}

    assert len(read_steps(json.dumps(body))) == 1
    assert len(read_steps(json.dumps([body, body]))) == 2
    assert len(read_steps(f"{json.dumps(body)}\n\n{json.dumps(body)}\n")) == 2


def test_words_for_the_player_are_not_sent():
    (step,) = read_steps('[{"strategy_name": "A", "wait": 2.5, "entry_name": "$ENTRY_1"}]')

    assert step.body == {"strategy_name": "A"}
    assert (step.wait, step.entry_name) == (2.5, "$ENTRY_1")


def test_what_the_collector_added_is_removed_with_the_environment_it_wrote():
    (step,) = read_steps('{"a": 1, "received_at": "x", "mathematricks_signal_id": "y", "environment": "production"}')

    assert step.body == {"a": 1}


def test_an_environment_that_the_sender_wrote_stays():
    (step,) = read_steps('{"a": 1, "environment": "staging"}')

    assert step.body["environment"] == "staging"


def test_placeholders_are_replaced_wherever_they_stand_but_never_in_secrets():
    body = {"entry_signal_id": "$ENTRY_1", "legs": [{"note": "$PREVIOUS"}], "passphrase": "$ENTRY_1", "price": "$5"}

    resolved = resolve(body, {"$ENTRY_1": "id-1", "$PREVIOUS": "id-2"})

    assert resolved == {
        "entry_signal_id": "id-1",
        "legs": [{"note": "id-2"}],
        "passphrase": "$ENTRY_1",
        "price": "$5",
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[]", "no body"),
        ("[1]", "Body 1 is not a JSON object"),
        ("nonsense", "Neither JSON"),
        ('{"a": 1}\n{"a": ', "line 2"),
        ('[{"entry_signal_id": "$ENTRY_1"}]', "refers to \\$ENTRY_1"),
        ('[{"entry_signal_id": "$PREVIOUS"}]', "refers to \\$PREVIOUS"),
        ('[{"entry_name": "$E"}, {"entry_signal_id": "$F"}]', "Body 2 refers to \\$F"),
        ('[{"wait": "soon"}]', "Body 1: wait"),
        ('[{"entry_name": "E"}]', "Body 1: entry_name"),
    ],
)
def test_a_file_that_cannot_be_played_says_why_before_anything_is_sent(text, why):
    with pytest.raises(ScriptInvalid, match=why):
        read_steps(text)


def test_the_payload_of_a_forwarded_body_is_what_the_sender_wrote():
    assert payload_of({"source": "forwarder", "original_signal": {"a": 1}}) == {"a": 1}
    assert payload_of({"a": 1}) == {"a": 1}
