"""The second factor: codes of an authenticator that count once, and recovery codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

import pyotp
import segno
from mathematricks.contracts.people import Qr

ISSUER = "Mathematricks"
STEP_SECONDS = 30
DRIFT = 1
"""Steps by which a clock may be wrong, either way."""
RECOVERY_CODES = 10
FRESH_FOR = timedelta(minutes=5)
"""After a code, dangerous acts ask for no other one for so long."""


def authenticator_secret(random: str) -> str:
    """Return 160 bits in base32, as authenticator apps take them, out of *random*'s."""
    return base64.b32encode(hashlib.sha256(b"totp\n" + random.encode()).digest()[:20]).decode()


def address_of(secret: str, name: str) -> str:
    """Return the ``otpauth`` address that an authenticator app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def qr_of(text: str) -> Qr:
    """Return the QR code of *text* as one path: each run of dark modules is a rectangle one unit high."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for x, length in _runs(row))
    return Qr(size=len(rows), path=path)


def _runs(row: bytes) -> Iterable[tuple[int, int]]:
    start = None
    for x, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield start, x - start
            start = None


def plain(code: str) -> str:
    """Return *code* as it counts: without spaces and dashes, in lower case."""
    return "".join(code.split()).replace("-", "").casefold()


def is_digits(code: str) -> bool:
    """Return whether a plain *code* is an authenticator's rather than a recovery code."""
    return len(code) == 6 and code.isascii() and code.isdigit()


def step_of(now: datetime) -> int:
    """Return the number of the 30 seconds that *now* lies in."""
    return int(now.timestamp()) // STEP_SECONDS


def step_shown(secret: str, code: str, now: datetime, after: int = -1) -> int | None:
    """
    Return the step whose code *code* is; None: it is nobody's, too old, or of step *after* or before it.

    Every candidate is compared, in constant time each.
    """
    totp, shown = pyotp.TOTP(secret), None
    for step in range(step_of(now) - DRIFT, step_of(now) + DRIFT + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode("utf-8", "replace")):
            shown = step
    return shown if shown is not None and shown > after else None


def recovery_codes(randoms: Iterable[str]) -> tuple[str, ...]:
    """Return one code of 80 bits for each of *randoms*, in groups of four."""
    return tuple(_grouped(hashlib.sha256(b"recovery\n" + each.encode()).digest()[:10]) for each in randoms)


def _grouped(secret: bytes) -> str:
    text = base64.b32encode(secret).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def recovery_hash(code: str, user_id: str, key: str) -> str:
    """Return what a recovery code of one user is kept as."""
    return hmac.new(key.encode(), f"{user_id}\n{plain(code)}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def is_fresh(proven_at: datetime | None, now: datetime) -> bool:
    """Return whether a second factor was shown recently enough for a dangerous act."""
    return proven_at is not None and now < proven_at + FRESH_FOR
