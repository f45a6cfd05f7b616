"""Option legs: of the second generation's ``legs``, or one option on its own."""

from __future__ import annotations

from signal_ingestion.domain.reading import Fields
from signal_ingestion.domain.shape import leg_fields

_SAID_ONCE = (
    "instrument_type",
    "underlying",
    "instrument",
    "ticker",
    "symbol",
    "expiry",
    "action",
    "direction",
    "quantity",
)
"""What the signal may say once for all its legs."""
_OWN = ("order_type", "price", "limit_price", "stop_price", "stop_loss", "take_profit")
"""What belongs to the signal's one leg; of several legs it would be a net price, which no single leg has."""


def option_fields(fields: Fields) -> list[Fields]:
    """
    Return the fields of each leg of an option signal; without ``legs`` it is one option itself.

    Raises:
        Refused: several legs share one net limit or stop, which the desk cannot send leg by leg.
    """
    if "legs" not in fields.values:
        return [fields]
    own = leg_fields(fields, "legs", fields.values["legs"])
    if len(own) > 1:
        _refuse_net_price(fields)
    inherited = _SAID_ONCE if len(own) > 1 else _SAID_ONCE + _OWN
    shared = {name: fields.values[name] for name in inherited if fields.values.get(name) is not None}
    return [Fields(shared | dict(leg.values), leg.path, leg.warnings) for leg in own]


def _refuse_net_price(fields: Fields) -> None:
    if fields.word("order_type") not in (None, "MARKET", "MKT"):
        raise fields.refused("order_type", "must be MARKET for several option legs; or give each leg its own")
    if any(fields.values.get(name) for name in ("stop_loss", "take_profit")):
        fields.warn("stop_loss and take_profit of several option legs together are not traded")
