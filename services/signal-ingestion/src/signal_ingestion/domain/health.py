"""Signal health: what the signals that came say of those that did not: a gap, a side twice, a silence, a position."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal

import orjson
from mathematricks.contracts.base import Side
from mathematricks.contracts.signal_health import HealthWarning, SignalHealth
from mathematricks.contracts.signals import SignalType

Belief = Literal["long", "short", "flat"]
BELIEFS: Mapping[str, Belief] = {"long": "long", "short": "short", "flat": "flat"}
NUMBERS = ("sequence", "alert_number")
"""Names under which a sender may number its signals, counting up by one."""
WRAPPERS = ("original_signal", "signal")
LOOKED_AT = 100
"""Signals of a strategy that its health is read from, the newest."""
MOST_MISSING = 5
MOST_LATE = 5
"""A number that starts at 0 or 1 again after more than these is a new series, not a signal that comes late."""
FEWEST_GAPS = 10
USUAL_SHARE = 0.95
SILENT_AFTER = 2
"""Times the usual gap."""
FEWEST_TURNS = 3
"""Alternations of buying and selling before a side that comes twice is news."""
SETTLED_AFTER = timedelta(seconds=60)
"""For the orders of a signal to be done, before its belief is held against the position."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What health reads of one signal; *number* and *belief* where its body says them."""

    signal_id: str
    sender: str
    received_at: datetime
    signal_type: SignalType | None
    sides: Mapping[str, Side]
    number: int | None = None
    belief: Belief | None = None


def extras(body: str) -> tuple[int | None, Belief | None]:
    """Return the sender's own number and belief, wherever in the body it says them."""
    places = list(_places(orjson.loads(body)))
    number = next((_whole(place[name]) for place in places for name in NUMBERS if name in place), None)
    believed = next((place["market_position"] for place in places if "market_position" in place), None)
    return number, BELIEFS.get(str(believed).lower())


def health_of(
    strategy_id: str, signals: Sequence[Seen], positions: Mapping[str, Decimal], now: datetime
) -> SignalHealth:
    """
    Return the health of a strategy from its newest *signals*, oldest first, at least one.

    Args:
        positions: What the desk holds for it, by instrument, a short negative.
    """
    gap = usual_gap(signals)
    found = (_gaps(signals), _twice(signals), _mismatch(signals, positions, now), _silence(signals, gap, now))
    return SignalHealth(
        strategy_id=strategy_id,
        senders=tuple(sorted({signal.sender for signal in signals})),
        as_of=now,
        signals=len(signals),
        last_received_at=signals[-1].received_at,
        usual_gap_seconds=gap.total_seconds() if gap else None,
        last_sequence=max(_numbered(signals), default=None),
        warnings=tuple(warning for each in found for warning in each),
    )


def usual_gap(signals: Sequence[Seen]) -> timedelta | None:
    """Return the gap that 95 of 100 gaps between *signals* do not exceed; None where there are too few."""
    gaps = sorted(after.received_at - before.received_at for before, after in pairwise(signals))
    if len(gaps) < FEWEST_GAPS:
        return None
    return gaps[min(len(gaps) - 1, int(len(gaps) * USUAL_SHARE))]


def _gaps(signals: Sequence[Seen]) -> Iterator[HealthWarning]:
    """A number that is missing between two that came; one that comes late closes its gap."""
    numbered = _numbered(signals)
    if len(numbered) < 2:
        return
    missing = [number for number in range(min(numbered), max(numbered)) if number not in numbered]
    if not missing:
        return
    shown = ", ".join(map(str, missing[:MOST_MISSING])) + (" …" if len(missing) > MOST_MISSING else "")
    after = numbered[min(number for number in numbered if number > missing[0])]
    sentence = f"{len(missing)} of your signals did not arrive: number {shown}"
    yield HealthWarning(kind="SEQUENCE_GAP", since=after.received_at, sentence=sentence, signal_id=after.signal_id)


def _numbered(signals: Sequence[Seen]) -> Mapping[int, Seen]:
    """Return the signals by their numbers, since the numbers last began anew."""
    numbered: dict[int, Seen] = {}
    for signal in signals:
        if signal.number is None:
            continue
        if signal.number <= 1 and max(numbered, default=0) > MOST_LATE:
            numbered = {}
        numbered[signal.number] = signal
    return numbered


def _twice(signals: Sequence[Seen]) -> Iterator[HealthWarning]:
    """A side that comes twice in an instrument where it never did: what lay between is missing."""
    for instrument in dict.fromkeys(name for signal in signals for name in signal.sides):
        turns = [each for each in signals if instrument in each.sides and each.signal_type not in ("CANCEL",)]
        pairs = [(before, after) for before, after in pairwise(turns)]
        if len(pairs) <= FEWEST_TURNS or not _repeats(pairs[-1], instrument):
            continue
        if any(_repeats(pair, instrument) for pair in pairs[:-1]):
            continue
        last = turns[-1]
        side = last.sides[instrument]
        sentence = f"{instrument}: {side} came twice in a row, which it never did; was a signal between them lost?"
        yield HealthWarning(
            kind="SAME_SIDE_TWICE", since=last.received_at, sentence=sentence[:300], signal_id=last.signal_id
        )


def _repeats(pair: tuple[Seen, Seen], instrument: str) -> bool:
    before, after = pair
    meant = after.signal_type in ("SCALE_IN", "SCALE_OUT")
    return before.sides[instrument] == after.sides[instrument] and not meant


def _mismatch(signals: Sequence[Seen], positions: Mapping[str, Decimal], now: datetime) -> Iterator[HealthWarning]:
    """The newest signal in an instrument says what its sender believes to hold, and the desk holds otherwise."""
    newest = {instrument: signal for signal in signals for instrument in signal.sides}
    for instrument, signal in newest.items():
        held = _held(positions.get(instrument, Decimal(0)))
        if signal.belief in (None, held) or now - signal.received_at < SETTLED_AFTER:
            continue
        sentence = f"{instrument}: you believe to be {signal.belief}, the desk is {held}"
        yield HealthWarning(
            kind="POSITION_MISMATCH", since=signal.received_at, sentence=sentence[:300], signal_id=signal.signal_id
        )


def _held(quantity: Decimal) -> Belief:
    if not quantity:
        return "flat"
    return "long" if quantity > 0 else "short"


def _silence(signals: Sequence[Seen], gap: timedelta | None, now: datetime) -> Iterator[HealthWarning]:
    quiet = now - signals[-1].received_at
    if gap is not None and quiet > SILENT_AFTER * max(gap, SETTLED_AFTER):
        sentence = f"Nothing for {_span(quiet)}; 95 of 100 of your signals come within {_span(gap)} of the one before"
        yield HealthWarning(kind="SILENCE", since=signals[-1].received_at, sentence=sentence)


def _span(time: timedelta) -> str:
    seconds = time.total_seconds()
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds:.0f} s"


def _places(tree: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for name in WRAPPERS:
            yield from _places(tree.get(name))


def _whole(value: Any) -> int | None:
    try:
        number = int(str(value))
    except ValueError:
        return None
    return number if 0 <= number < 2**53 else None
