"""What a signal means for the strategy's position: open, close, both, or cancel (RULES 2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from mathematricks.accounting.lots import ZERO
from mathematricks.contracts.base import Side
from mathematricks.contracts.signals import Leg, StandardSignal
from mathematricks.contracts.strategies import Sizing

from cerebro.domain.inputs import Holding
from cerebro.domain.reading import ENTRIES, EXITS
from cerebro.domain.sizing import kind_of, senders_units


@dataclass(frozen=True, slots=True)
class Opening:
    """A leg, or what is left of one, that opens or adds. *asked* None: the desk sizes it."""

    leg_index: int
    leg: Leg
    side: Side
    asked: Decimal | None
    adds: bool


@dataclass(frozen=True, slots=True)
class Closing:
    """
    A leg, or the part of one, that closes what the strategy holds.

    Attributes:
        asked: The sender's units; None: all.
        reference: The entry it names.
    """

    leg_index: int
    leg: Leg
    asked: Decimal | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class Cancelling:
    """A leg that cancels what rests in its instrument."""

    leg_index: int
    leg: Leg


Part = Opening | Closing | Cancelling


def understand(leg_index: int, leg: Leg, signal: StandardSignal, holding: Holding, sizing: Sizing | None) -> list[Part]:
    """
    Return what one leg means, given what the strategy holds in its instrument.

    The sender's ``signal_type`` decides where he gave one. Otherwise his position does: none opens,
    the same way adds, the opposite way closes, and what exceeds the position opens the other way as
    an entry of its own (a reversal). A leg that names an entry only closes. An explicit entry against
    the strategy's own position closes it first, too: an account holds one net position, not two.
    """
    kind = kind_of(sizing, signal.account_equity, leg)
    asked = senders_units(leg, signal.account_equity, kind)
    if signal.signal_type == "CANCEL":
        return [Cancelling(leg_index, leg)]
    if signal.signal_type in EXITS or (signal.signal_type is None and signal.entry_ref is not None):
        return [Closing(leg_index, leg, asked, signal.entry_ref)]
    net = holding.long_asked - holding.short_asked
    if kind == "target" and asked is not None:
        return list(_towards(leg_index, leg, asked if leg.action == "BUY" else -asked, net))
    opposed = net if leg.action == "SELL" else -net
    if signal.signal_type in ENTRIES:
        return list(_entered(leg_index, leg, asked, opposed, adds=signal.signal_type == "SCALE_IN"))
    return list(_inferred(leg_index, leg, asked, opposed))


def _entered(leg_index: int, leg: Leg, asked: Decimal | None, opposed: Decimal, *, adds: bool) -> Iterator[Part]:
    """An entry that the sender calls one; without a size it opens in full after closing all."""
    if opposed > 0:
        yield from _inferred(leg_index, leg, asked, opposed)
    if opposed <= 0 or asked is None:
        yield Opening(leg_index, leg, leg.action, asked, adds)


def _inferred(leg_index: int, leg: Leg, asked: Decimal | None, opposed: Decimal) -> Iterator[Part]:
    """*opposed* is the open position that the leg's action would reduce; negative where it would add."""
    if opposed <= 0:
        yield Opening(leg_index, leg, leg.action, asked, adds=opposed < 0)
        return
    yield Closing(leg_index, leg, None if asked is None else min(asked, opposed), None)
    if asked is not None and asked > opposed:
        yield Opening(leg_index, leg, leg.action, asked - opposed, adds=False)


def _towards(leg_index: int, leg: Leg, target: Decimal, net: Decimal) -> Iterator[Part]:
    """Yield what takes the position *net* to *target*, both signed shares of the strategy's capital."""
    change = target - net
    if change == 0:
        return
    side: Side = "BUY" if change > 0 else "SELL"
    closing = min(abs(change), abs(net)) if net and (net > 0) != (change > 0) else ZERO
    if closing:
        yield Closing(leg_index, leg, closing, None)
    if abs(change) > closing:
        yield Opening(leg_index, leg, side, abs(change) - closing, adds=bool(net) and not closing)
