"""Which account may take which order: the one place where paper and live are kept apart (RULES 9)."""

from __future__ import annotations

import re

from mathematricks.contracts.base import Mode
from mathematricks.contracts.rest import BrokerAccount

PAPER_PREFIX = "paper:"
PAPER_BROKER = "paper"
_PAPER_NAME = re.compile(r"paper:[A-Za-z0-9_\-]{1,60}")


def is_paper_name(account: str) -> bool:
    """Return whether *account* names a paper account that may be opened on demand."""
    return _PAPER_NAME.fullmatch(account) is not None


def refuse_account(mode: Mode, account: str, found: BrokerAccount | None, *, allow_live: bool) -> str | None:
    """
    Return why an order of *mode* may not be traded in *account*; None where it may.

    A PAPER order never reaches a broker that is not paper. A LIVE one needs an account that is
    configured LIVE and a deployment that allows it; the strategy said LIVE when it was decided.
    """
    if found is None:
        return f"ACCOUNT_UNKNOWN: no broker of this desk serves {account}"
    on_paper = found.broker == PAPER_BROKER and found.mode == "PAPER" and account.startswith(PAPER_PREFIX)
    if mode == "PAPER":
        return None if on_paper else f"MODE: a PAPER order may not be traded in {account}, which is not a paper account"
    if on_paper or found.mode != "LIVE":
        return f"MODE: a LIVE order may not be traded in {account}, which is not a live account"
    return None if allow_live else "MODE: this deployment does not allow LIVE trading"
