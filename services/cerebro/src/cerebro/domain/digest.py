"""The content hash of a book: the same content gives the same hash, whatever order it came about in."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from hashlib import blake2b

from mathematricks.contracts.base import to_instant

from cerebro.domain.book_orders import Account, Entry, Exit

MODULUS = 2**128


def digest_entry(entry: Entry) -> int:
    """Return the hash of what may change of *entry*; its id stands for the rest."""
    return _number(
        "entry",
        entry.terms.order_id,
        _plain(entry.reserved),
        _plain(entry.asked_closed),
        _plain(entry.asked_waiting),
        _plain(entry.closed),
        _plain(entry.filled),
        str(entry.working),
    )


def digest_exit(exit_: Exit) -> int:
    """Return the hash of what may change of *exit_*."""
    return _number("exit", exit_.order_id, _plain(exit_.filled), str(exit_.superseded), str(exit_.ended))


def digest_account(account: Account) -> int:
    """Return the hash of the figures that decisions read."""
    return _number(
        "account", account.account, _plain(account.equity), _plain(account.initial_margin), _moment(account.as_of)
    )


def as_text(digest: int) -> str:
    """Return *digest* as 32 hexadecimal characters."""
    return f"{digest:032x}"


def _number(*parts: str) -> int:
    return int.from_bytes(blake2b("|".join(parts).encode(), digest_size=16).digest(), "big")


def _plain(number: Decimal) -> str:
    return str(number.normalize())


def _moment(moment: datetime) -> str:
    return to_instant(moment).isoformat()
