"""Tokens that services show each other: signed, short-lived, complete."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
from mathematricks.runtime.tokens import LIFE_SECONDS, Caller, TokenRefused, mint_token, read_token

KEY, OTHER_KEY = "k" * 32, "o" * 32


def claims(**but: Any) -> dict[str, Any]:
    now = int(time.time())
    usual = {"sub": "cerebro", "role": "service", "aud": "mathematricks-internal", "iat": now, "exp": now + 60}
    return {name: value for name, value in (usual | but).items() if value is not None}


def test_a_token_speaks_for_its_caller() -> None:
    assert read_token(mint_token(Caller("cerebro", "service"), KEY), KEY) == Caller("cerebro", "service")


def test_a_token_dies_after_five_minutes() -> None:
    old = mint_token(Caller("cerebro", "service"), KEY, now=time.time() - LIFE_SECONDS - 1)

    with pytest.raises(TokenRefused):
        read_token(old, KEY)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        "\xff.\xff.\xff",
        jwt.encode(claims(), OTHER_KEY, algorithm="HS256"),
        jwt.encode(claims(), "", algorithm="none"),
        jwt.encode(claims(role=None), KEY, algorithm="HS256"),
        jwt.encode(claims(exp=None), KEY, algorithm="HS256"),
        jwt.encode(claims(sub=None), KEY, algorithm="HS256"),
        jwt.encode(claims(sub=7), KEY, algorithm="HS256"),
        jwt.encode(claims(aud="elsewhere"), KEY, algorithm="HS256"),
    ],
)
def test_what_is_not_ours_is_refused(token: str) -> None:
    with pytest.raises(TokenRefused):
        read_token(token, KEY)
