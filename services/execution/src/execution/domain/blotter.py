"""The blotter: live orders and what is held, in memory, as they are recorded. Handlers decide on it."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from mathematricks.contracts.executions import Execution
from mathematricks.contracts.orders import OrderRecord, OrderStatus

from execution.domain.exits import AT_VENUE, Held
from execution.domain.groups import group_of
from execution.domain.orders import PROTECTIVE, Place

MOST_ENDED = 4_000
MOST_EXECUTIONS = 50_000
LASTING = timedelta(seconds=2)
"""How long a position of the venue must differ from ours before it is believed."""


class Blotter:
    """
    Every live order, the newest ended ones, and positions per strategy.

    Filled from the records at start, then with each thing that was recorded; never ahead of them.
    """

    def __init__(self) -> None:
        self._orders: dict[str, OrderRecord] = {}
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._live: dict[Place, set[str]] = defaultdict(set)
        self._groups: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._waiters: dict[str, set[str]] = defaultdict(set)
        self._held: dict[Place, dict[str, Decimal]] = defaultdict(dict)
        self._changed: dict[Place, datetime] = {}
        self._venue_only: dict[Place, Decimal] = {}
        self._suspected: dict[Place, tuple[Decimal, datetime]] = {}
        self._executions: OrderedDict[str, None] = OrderedDict()
        self.tombstones: dict[str, str] = {}
        self.rates: dict[tuple[str, str], Decimal] = {}

    def __contains__(self, order_id: str) -> bool:
        return order_id in self._orders

    def find(self, order_id: str) -> OrderRecord | None:
        """Return the order as recorded; None where it is not in memory, which every live one is."""
        return self._orders.get(order_id)

    def put(self, order: OrderRecord) -> None:
        """Take over *order* as it was recorded, unless something newer is known of it."""
        known = self._orders.get(order.order_id)
        if known is not None and known.revision >= order.revision:
            return
        self._orders[order.order_id] = order
        place = (order.account, order.instrument)
        self._changed[place] = order.updated_at
        if order.live:
            self._live[place].add(order.order_id)
        else:
            self._live[place].discard(order.order_id)
            self._forget_oldest(order.order_id)
        if (group := group_of(order)) is not None:
            self._groups[group].add(order.order_id)
        if order.status is OrderStatus.PENDING:
            for leading in (*order.waits_for, *order.after):
                self._waiters[leading].add(order.order_id)

    def live(self) -> Iterator[OrderRecord]:
        """Yield every live order; the set may change while the caller awaits."""
        return iter([self._orders[order_id] for ids in list(self._live.values()) for order_id in ids])

    def live_in(self, account: str, instrument: str) -> list[OrderRecord]:
        """Return the live orders of one instrument in one account."""
        return [self._orders[order_id] for order_id in self._live.get((account, instrument), ())]

    def watched(self) -> list[OrderRecord]:
        """Return the orders that need care whether they live or not."""
        return [order for order in self._orders.values() if order.watched]

    def groups(self) -> list[tuple[str, str]]:
        """Return the groups of which a leg lives or needs care."""
        return [name for name in self._groups if any(leg.live or leg.watched for leg in self.legs(name))]

    def legs(self, group: tuple[str, str]) -> list[OrderRecord]:
        """Return the legs of a group, as far as they have arrived."""
        return [self._orders[order_id] for order_id in self._groups.get(group, ()) if order_id in self._orders]

    def waiters(self, order_id: str) -> list[OrderRecord]:
        """Return the orders that wait for this one to end, in the order of their decisions."""
        found = [order for i in self._waiters.get(order_id, ()) if (order := self._orders.get(i)) is not None]
        waiting = [order for order in found if order.status is OrderStatus.PENDING]
        return sorted(waiting, key=lambda order: (order.seq, order.leg_index))

    def forget_waiters(self, order_id: str) -> None:
        """The order has ended, and whoever waited for it was told."""
        self._waiters.pop(order_id, None)

    def protecting(self, order: OrderRecord) -> tuple[str, ...]:
        """Return the live protective orders of the lots that *order* closes."""
        lots = {close.lot for close in order.closes}
        nearby = self.live_in(order.account, order.instrument) if lots else []
        return tuple(near.order_id for near in nearby if near.purpose in PROTECTIVE and near.lot in lots)

    def guarded_against(self, order: OrderRecord) -> set[str]:
        """Return the lots of the same strategy that *order* may close without naming them, and that are protected."""
        near = self.live_in(order.account, order.instrument)
        guards = [one for one in near if one.purpose in PROTECTIVE and one.side == order.side]
        return {one.lot for one in guards if one.lot is not None and one.strategy_id == order.strategy_id}

    def held(self, account: str, instrument: str) -> Held:
        """Return what is held of one instrument: our sub-positions, and the venue's net."""
        place = (account, instrument)
        by_strategy = self._held.get(place, {})
        ours = sum(by_strategy.values(), Decimal(0))
        return Held(ours + self._venue_only.get(place, Decimal(0)), by_strategy)

    def start_from(self, account: str, instrument: str, strategy_id: str, quantity: Decimal) -> None:
        """Set a sub-position as the executions on record sum up."""
        self._held[(account, instrument)][strategy_id] = quantity

    def book(self, execution: Execution) -> None:
        """Add a recorded execution to what is held."""
        by_strategy = self._held[(execution.account, execution.instrument)]
        signed = execution.quantity if execution.side == "BUY" else -execution.quantity
        by_strategy[execution.strategy_id] = by_strategy.get(execution.strategy_id, Decimal(0)) + signed
        self.rates[(execution.currency, execution.base_currency)] = execution.fx_rate
        self.know([execution.execution_id])

    def know(self, execution_ids: Iterable[str]) -> None:
        """Remember that these executions are on record."""
        for execution_id in execution_ids:
            self._executions[execution_id] = None
        while len(self._executions) > MOST_EXECUTIONS:
            self._executions.popitem(last=False)

    def knows(self, execution_id: str) -> bool:
        """Whether that execution is surely on record; False says nothing."""
        return execution_id in self._executions

    def live_places(self) -> list[Place]:
        """Return account and instrument of everything that is ordered now."""
        return [place for place, ids in self._live.items() if ids]

    def places(self, account: str) -> set[str]:
        """Return the instruments of *account* in which anything was ever held or found."""
        return {place[1] for place in (*self._held, *self._venue_only) if place[0] == account}

    def difference(self, account: str, instrument: str) -> Decimal:
        """Return what the venue holds beyond the sum of our executions, as far as anyone has looked."""
        return self._venue_only.get((account, instrument), Decimal(0))

    def believe_venue(self, account: str, instrument: str, quantity: Decimal, at: datetime) -> Decimal:
        """
        Hold the venue's net position against the sum of our executions; return how far apart they are.

        A difference that lasts is the venue's word, and exits obey it; one just seen may be a fill
        that is still on its way to us.
        """
        place = (account, instrument)
        difference = quantity - sum(self._held.get(place, {}).values(), Decimal(0))
        suspected, since = self._suspected.get(place, (Decimal(0), at))
        if difference != suspected:
            self._suspected[place] = (difference, at)
        elif at - since >= LASTING:
            self._venue_only[place] = difference
        return difference

    def is_quiet(self, account: str, instrument: str, since: datetime) -> bool:
        """Whether no order of the instrument is at the venue or has changed since, so that a snapshot compares."""
        changed = self._changed.get((account, instrument))
        at_venue = any(order.status in AT_VENUE for order in self.live_in(account, instrument))
        return not at_venue and (changed is None or changed < since)

    def changed_since(self, account: str, instrument: str, since: datetime) -> bool:
        """Whether an order of the instrument has changed since then."""
        changed = self._changed.get((account, instrument))
        return changed is not None and changed >= since

    def known(self) -> Iterator[OrderRecord]:
        """Yield every order in memory: the live, the watched, and the newest ended ones."""
        return iter(list(self._orders.values()))

    def sub_positions(self, account: str, instrument: str) -> dict[str, Decimal]:
        """Return what each strategy holds, the unattributed one among them; none of it zero."""
        return {name: units for name, units in self._held.get((account, instrument), {}).items() if units}

    def held_places(self) -> list[Place]:
        """Return account and instrument of everything that is held, by anyone."""
        places = {place: None for place, held in self._held.items() if any(held.values())}
        return list(places | {place: None for place, beyond in self._venue_only.items() if beyond})

    def _forget_oldest(self, order_id: str) -> None:
        self._ended[order_id] = None
        self._ended.move_to_end(order_id)
        while len(self._ended) > MOST_ENDED:
            oldest, _ = self._ended.popitem(last=False)
            order = self._orders[oldest]
            if not order.watched:
                del self._orders[oldest]
                self._drop_leg(order)

    def _drop_leg(self, order: OrderRecord) -> None:
        if (group := group_of(order)) is not None:
            self._groups[group].discard(order.order_id)
            if not self._groups[group]:
                del self._groups[group]
