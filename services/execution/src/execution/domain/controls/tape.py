"""The tape: what was sent lately, so that bursts and repetitions are seen before the next order goes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from mathematricks.contracts.controls import Scope
from mathematricks.contracts.orders import OrderRecord

HORIZON = timedelta(seconds=600)
"""As long as the longest window of repeats."""
SECOND = timedelta(seconds=1)
Same = tuple[str, str, str, Decimal]
"""Strategy, instrument, side and quantity: what makes two entries the same order again."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An attempt of an order, as it was claimed."""

    order_id: str
    at: datetime
    account: str
    strategy_id: str
    same: Same | None


class Tape:
    """The attempts of the last ten minutes, in the order of their claims."""

    def __init__(self) -> None:
        self._sent: deque[Sent] = deque()
        self._repeats: dict[Same, deque[Sent]] = {}

    def note(self, order: OrderRecord) -> None:
        """Remember the newest attempt of *order*; exits count as sent, never as repeats."""
        sent = sent_of(order)
        self._sent.append(sent)
        if sent.same is not None:
            self._repeats.setdefault(sent.same, deque()).append(sent)
        self._forget(sent.at - HORIZON)

    def within_a_second(self, scope: Scope, now: datetime, going: Iterable[OrderRecord] = ()) -> int:
        """Return how many attempts *scope* sent within the last second, those that are *going* with this one too."""
        count = sum(scope.covers(order.account, order.strategy_id) for order in going)
        for sent in reversed(self._sent):
            if now - sent.at >= SECOND:
                break
            count += scope.covers(sent.account, sent.strategy_id)
        return count

    def repeats(self, order: OrderRecord, scope: Scope, since: datetime, going: Iterable[OrderRecord] = ()) -> int:
        """Return how often *order* was sent since then within *scope*: same strategy, instrument, side, quantity."""
        same = same_of(order)
        earlier = {sent.order_id: sent for sent in self._repeats.get(same, ()) if sent.at > since}
        together = {other.order_id: other for other in going if other.purpose == "entry" and same_of(other) == same}
        covered = {name for name, sent in earlier.items() if scope.covers(sent.account, sent.strategy_id)}
        covered |= {name for name, other in together.items() if scope.covers(other.account, other.strategy_id)}
        return len(covered - {order.order_id})

    def _forget(self, before: datetime) -> None:
        while self._sent and self._sent[0].at < before:
            oldest = self._sent.popleft()
            if oldest.same is not None:
                self._repeats[oldest.same].popleft()
                if not self._repeats[oldest.same]:
                    del self._repeats[oldest.same]


def sent_of(order: OrderRecord) -> Sent:
    """Return the newest attempt of *order* as the tape keeps it."""
    at = order.attempts[-1].begun_at
    same = same_of(order) if order.purpose == "entry" else None
    return Sent(order.order_id, at, order.account, order.strategy_id, same)


def same_of(order: OrderRecord) -> Same:
    """Return what makes another entry the same order again."""
    return order.strategy_id, order.instrument, order.side, order.quantity or Decimal(0)
