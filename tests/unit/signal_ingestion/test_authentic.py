"""Who sent a body: fingerprints and signatures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from signal_ingestion.adapters.vault import DeploymentVault
from signal_ingestion.domain.authentic import Signature, mac_of, passphrase_in, signature_in, verify
from signal_ingestion.domain.refused import Refused
from support.signals import NOON

BODY, KEY, NONCE = b'{"a": 1}', "k" * 32, "nonce-0001"


def signature(**but: Any) -> Signature:
    shown = Signature("alice", str(int(NOON.timestamp())), NONCE, "")
    return Signature(**vars(shown) | {"signature": mac_of(KEY, shown, BODY)} | but)


def test_a_signature_is_hmac_sha256_over_version_sender_time_nonce_and_body() -> None:
    shown = Signature("alice", "1795176000", "n", "")

    made = mac_of("key", shown, b"{}")

    # openssl dgst -sha256 -hmac key, over the five lines
    assert made == "deac0fe64c311d13882689a0ad59bf9a5a4d8dbc07d3b5e8b4ae366424bb7815"
    verify(signature(), BODY, ["another", KEY], NOON)


@pytest.mark.parametrize(
    "but",
    [
        {"signature": "0" * 64},
        {"signature": ""},
        {"signature": "ünfug"},
        {"sender": "mallory"},
        {"nonce": "another-nonce"},
        {"timestamp": "1795176001"},
        {"timestamp": "soon"},
    ],
)
def test_a_signature_over_anything_else_is_refused(but: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        verify(signature(**but), BODY, [KEY], NOON)

    assert refused.value.status == 401


def test_another_body_or_no_key_is_refused() -> None:
    for body, keys in ((b"{}", [KEY]), (BODY, [])):
        with pytest.raises(Refused):
            verify(signature(), body, keys, NOON)


def test_a_signature_is_good_for_five_minutes_either_way() -> None:
    verify(signature(), BODY, [KEY], NOON + timedelta(seconds=300))
    verify(signature(), BODY, [KEY], NOON - timedelta(seconds=300))
    with pytest.raises(Refused) as refused:
        verify(signature(), BODY, [KEY], NOON + timedelta(seconds=301))
    assert "300 s" in refused.value.reason


def test_one_header_alone_already_claims_a_signature() -> None:
    assert signature_in({"x-mathematricks-sender": "alice"}) is not None
    assert signature_in({"content-type": "text/plain"}) is None


def test_a_passphrase_is_found_inside_a_wrapper_too() -> None:
    assert passphrase_in({"original_signal": {"passphrase": "p"}}) == "p"
    assert passphrase_in({"original_signal": {}, "passphrase": "p"}) == "p"
    assert passphrase_in({"passphrase": 7}) is None


def test_the_vault_gives_keys_back_to_their_owner_only() -> None:
    vault = DeploymentVault("a deployment key")

    sealed = vault.seal(KEY, "alice")

    assert KEY not in sealed
    assert vault.unseal(sealed, "alice") == KEY
    with pytest.raises(InvalidTag):
        vault.unseal(sealed, "bob")


def test_a_fingerprint_needs_the_deployment_key() -> None:
    assert DeploymentVault("one").fingerprint("secret") != DeploymentVault("two").fingerprint("secret")
