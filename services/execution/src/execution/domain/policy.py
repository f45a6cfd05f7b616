"""The numbers of the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Policy:
    """
    The numbers of the desk.

    Attributes:
        call_timeout: A venue that has not answered by then has not answered.
        lease: How long a claim stands before others ask the venue what became of it.
        park_after: An entry that nothing was heard of for so long is parked.
        seen_every: How often an account that holds anything is measured.
        reconcile_every: How often every account is held against its venue.
    """

    allow_live: bool = False
    call_timeout: timedelta = timedelta(seconds=2)
    lease: timedelta = timedelta(seconds=4)
    park_after: timedelta = timedelta(seconds=60)
    reconcile_every: timedelta = timedelta(minutes=5)
    seen_every: timedelta = timedelta(seconds=5)
    snapshot_every: timedelta = timedelta(seconds=30)
    quote_recent: timedelta = timedelta(minutes=5)
