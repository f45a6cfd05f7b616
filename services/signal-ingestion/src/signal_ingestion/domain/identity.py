"""What makes a signal one signal: a hash of what it says, whatever way it came and however it was spelled."""

from __future__ import annotations

from decimal import Decimal

from mathematricks.contracts.base import Environment, derive_id
from mathematricks.contracts.signals import Leg, decimal_text

from signal_ingestion.domain.parse import Parsed


def signal_id_of(parsed: Parsed, environment: Environment) -> str:
    """
    Return the id of the signal that *parsed* says in *environment* (RULES 1).

    Secrets, wrappers, times of receipt, key order, spelling of numbers and times, and the doubled
    ``signal`` leave it as it is; another signalID, time, type, reference or leg changes it.
    """
    said = (parsed.strategy, parsed.external_id, parsed.sent_at.isoformat())
    intent = (parsed.signal_type or "", parsed.entry_ref or "")
    legs = (part or "" for leg in parsed.legs for part in _canonical(leg))
    return derive_id("s", environment, *said, *intent, len(parsed.legs), *legs)


def _canonical(leg: Leg) -> tuple[str | None, ...]:
    contract = leg.contract
    return (
        *(contract.type, contract.symbol, contract.expiry, _plain(contract.strike), contract.right, contract.exchange),
        *(leg.action, leg.direction, leg.order_type, _plain(leg.quantity), _plain(leg.price)),
        *(_plain(leg.stop_price), _plain(leg.stop_loss), _plain(leg.take_profit)),
    )


def _plain(number: Decimal | None) -> str | None:
    return None if number is None else decimal_text(number)
