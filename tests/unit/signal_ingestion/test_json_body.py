"""Bytes to a tree: what is refused before anybody is known, and what is never kept."""

from __future__ import annotations

from decimal import Decimal

import pytest
from signal_ingestion.domain.json_body import BLANK, decode, readable_part
from signal_ingestion.domain.refused import Refused


def test_numbers_stay_exact_in_the_tree_and_as_written_in_the_text() -> None:
    body = decode(b'{"price": 0.1234567890123456789012345678901234, "size": 1.10, "count": 7}')

    assert body.tree["price"] == Decimal("0.1234567890123456789012345678901234")
    assert body.text == '{"price":0.1234567890123456789012345678901234,"size":1.10,"count":7}'


@pytest.mark.parametrize(
    ("raw", "status", "reason"),
    [
        (b"{nonsense", 400, "Invalid JSON format"),
        (b"", 400, "Invalid JSON format"),
        (b"\xff\xfe{}", 400, "Invalid JSON format"),
        (b'{"a": NaN}', 400, "Invalid JSON format"),
        (b'{"a": -Infinity}', 400, "Invalid JSON format"),
        (b'{"a": 1e99999999999999999999}', 400, "The body holds a number beyond all bounds"),
        (b'{"a": 1e308}', 400, "The body holds a number beyond all bounds"),
        (b'{"a": ' + b"9" * 400 + b"}", 400, "The body holds a number beyond all bounds"),
        (b"[1]", 400, "Send one JSON object"),
        (b'"BUY"', 400, "Send one JSON object"),
        (b'{"action": "BUY", "action": "SELL"}', 400, "names the same key twice"),
        (b'{"a": "\\ud800"}', 400, "lone surrogate"),
        (b'{"a":' * 20 + b"1" + b"}" * 20, 400, "nests more than 16 deep"),
        (b"[" * 60_000, 400, "nests more than 16 deep"),
        (b'{"a": "' + b"x" * 65_536 + b'"}', 413, "larger than 64 KiB"),
    ],
)
def test_what_is_not_one_plain_json_object_is_refused(raw: bytes, status: int, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        decode(raw)

    assert refused.value.status == status
    assert reason in refused.value.reason


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert decode(b'\xef\xbb\xbf{"a": 1}').tree == {"a": 1}


def test_secrets_are_blanked_at_any_depth_and_inside_text() -> None:
    raw = rb"""{"passphrase": "hunter2", "deep": [{"apiKey": {"a": "hunter2"}, "note": "{\"secret\": \"hunter2\"}"}]}"""

    text = decode(raw).text

    assert "hunter2" not in text
    assert text.count(BLANK) == 3


@pytest.mark.parametrize(
    "raw",
    [
        b'{"passphrase": "hunter2"',
        b'{"passphrase": "hunter2',
        b"passphrase=hunter2&a=1",
        b"{'Token': 'hunter2'",
        b'{"api_key" : hunter2, "a": ',
        b'{"secrets": {"mine": "hunter2"}, ',
        b'{"\\u0070assphrase": "hunter2", ',
        b'{"wrapped": "{\\"passphrase\\": \\"hunter2\\"}", ',
    ],
)
def test_what_cannot_be_read_is_kept_without_what_looks_like_a_secret(raw: bytes) -> None:
    assert "hunter2" not in readable_part(raw)


def test_a_hostile_text_is_redacted_in_no_time() -> None:
    assert len(readable_part(b"pass" * 16_000)) <= 4_096
