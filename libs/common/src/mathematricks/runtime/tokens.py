"""Short-lived tokens that services and the operator's command show each other."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal

import jwt

Role = Literal["service", "admin", "client", "sender"]
LIFE_SECONDS = 300
_ALGORITHM = "HS256"
_AUDIENCE = "mathematricks-internal"


class TokenRefused(Exception):
    """The token is missing, forged or out of date."""


@dataclass(frozen=True)
class Caller:
    """Who is asking, and as what."""

    name: str
    role: Role


def mint_token(caller: Caller, key: str, now: float | None = None) -> str:
    """Return a token for *caller* that lives five minutes, signed with the deployment key."""
    issued = int(now if now is not None else time.time())
    claims = {"sub": caller.name, "role": caller.role, "aud": _AUDIENCE, "iat": issued, "exp": issued + LIFE_SECONDS}
    return jwt.encode(claims, key, algorithm=_ALGORITHM)


def read_token(token: str, key: str) -> Caller:
    """Return who *token* speaks for; raise ``TokenRefused`` if it should not be believed."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=[_ALGORITHM], audience=_AUDIENCE, options={"require": ["exp", "sub", "role"]}
        )
    except jwt.InvalidTokenError as error:
        raise TokenRefused(str(error)) from error
    return Caller(claims["sub"], claims["role"])
