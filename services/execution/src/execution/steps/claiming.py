"""Claim: under controls read and touched in the same transaction, say what each order may do, and record it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from mathematricks.contracts.controls import Controls
from mathematricks.contracts.orders import OrderRecord, OrderStatus
from mathematricks.runtime.failpoints import failpoint

from execution.domain.closing import has_moved
from execution.domain.exits import live_reducing, making_way, reducible
from execution.domain.groups import all_or_none, group_of
from execution.domain.orders import PROTECTIVE, ExecType, Happened, apply
from execution.domain.submission import End, Situation, Step, Submit, claimed, next_step
from execution.domain.venues import refuse_account
from execution.ports import Claimed, Ports
from execution.records import AlreadyKept, Fenced, Moved, Writes
from execution.steps.limiting import breach_of

MOST_TRIES = 10
Unit = tuple[OrderRecord, ...]


@dataclass
class _Batch:
    """What one transaction claims: units made of the orders asked for and the legs that wait for them."""

    units: list[list[OrderRecord]] = field(default_factory=list)
    after: dict[str, Claimed] = field(default_factory=dict)


@dataclass(frozen=True)
class _Around:
    """What an order is claimed with: the legs of its unit, what goes in the same transaction, the controls."""

    unit: Sequence[OrderRecord]
    going: Sequence[OrderRecord]
    controls: Controls


async def write_claims(ports: Ports, asked: list[Unit]) -> list[list[Claimed]]:
    """
    Claim what may go, of every unit asked for at once; return each unit's orders with what they may do.

    A unit's legs are claimed all or none. An order that is on record is never claimed twice: a redelivered
    one is returned as it stands, without a step. Raise ``Fenced`` where a newer process has taken over.
    """
    for _ in range(MOST_TRIES):
        batch = _assemble(ports, asked)
        try:
            writes = await ports.orders.claim(ports.worker, partial(_decide, ports, batch))
            await failpoint("execution.claimed")
        except (AlreadyKept, Moved) as known:
            for order in known.orders:
                ports.blotter.put(order)
            continue
        except Fenced:
            ports.fenced.set()
            raise
        for order in (*writes.inserts, *(after for _, after in writes.updates)):
            ports.blotter.put(order)
            if order.status is OrderStatus.SUBMITTING:
                ports.oversight.tape.note(order)
        return _answers(ports, asked, batch)
    raise RuntimeError(f"orders kept changing while they were claimed: {[unit[0].order_id for unit in asked]}")


def _assemble(ports: Ports, asked: Sequence[Unit]) -> _Batch:
    """Put legs of one group together, with those that arrived before; leave out what is on record and not PENDING."""
    batch, groups, seen = _Batch(), dict[tuple[str, str], list[OrderRecord]](), set[str]()
    for unit in asked:
        fresh = [order for order in unit if order.order_id not in seen and _may_be_claimed(ports, order)]
        seen.update(order.order_id for order in fresh)
        group = group_of(fresh[0]) if fresh else None
        if group is not None and group in groups:
            groups[group] += fresh
            continue
        batch.units.append(fresh)
        if group is not None:
            groups[group] = fresh
    for group, legs in groups.items():
        legs += [leg for leg in ports.blotter.legs(group) if leg.order_id not in seen and _waits(leg)]
    return batch


def _may_be_claimed(ports: Ports, order: OrderRecord) -> bool:
    known = ports.blotter.find(order.order_id)
    return known is None or (known.revision == order.revision and _waits(known))


def _waits(order: OrderRecord) -> bool:
    return order.status is OrderStatus.PENDING


def _decide(ports: Ports, batch: _Batch, controls: Controls) -> Writes:
    """Say what each order of *batch* may do under *controls*; may be asked again with newer ones."""
    batch.after.clear()
    inserts: list[OrderRecord] = []
    updates: list[tuple[OrderRecord, OrderRecord]] = []
    going: list[OrderRecord] = []
    now = ports.clock.now()
    for unit in batch.units:
        steps = [_step(ports, order, _Around(unit, going, controls), now) for order in unit]
        for order, step in zip(unit, all_or_none(steps) if len(unit) > 1 else steps, strict=True):
            after = _after(ports, order, step, controls.generation, now)
            batch.after[order.order_id] = Claimed(after, step, changed=after is not order)
            if after.status is OrderStatus.SUBMITTING:
                going.append(after)
            if order.revision == 0:
                inserts.append(after)
            elif after is not order:
                updates.append((order, after))
    return Writes(inserts, updates)


def _step(ports: Ports, order: OrderRecord, around: _Around, now: datetime) -> Step:
    if order.order_id in ports.blotter.tombstones:
        return End(OrderStatus.CANCELLED, "cancelled before it arrived")
    known = ports.brokers.account(order.account)
    refusal = refuse_account(order.mode, order.account, known, allow_live=ports.policy.allow_live)
    instrument = ports.market.instrument(order.contract)
    if order.purpose == "entry":
        missing = _legs_missing(ports, order, around.unit)
        breach = partial(breach_of, ports, order, ((*around.going, *_before(order, around.unit)), around.controls))
        situation = Situation(refusal, instrument, legs_missing=missing, ahead=_ahead(ports, order), breach=breach)
        return next_step(order, around.controls, ports.market.quote(order.contract), situation, now)
    if order.purpose == "flatten":
        moved = has_moved(order, ports.blotter, around.going)
        return next_step(order, around.controls, None, Situation(refusal, instrument, moved=moved), now)
    near = (*ports.blotter.live_in(order.account, order.instrument), *_same_place(order, around.going))
    held = ports.blotter.held(order.account, order.instrument)
    room = reducible(order.side, order.strategy_id, held, live_reducing(near, order))
    beside = making_way(order, room, held, near)
    situation = Situation(refusal, instrument, _blockers(ports, order), reducible=room, beside=beside)
    return next_step(order, around.controls, None, situation, now)


def _same_place(order: OrderRecord, going: Sequence[OrderRecord]) -> list[OrderRecord]:
    return [other for other in going if (other.account, other.instrument) == (order.account, order.instrument)]


def _before(order: OrderRecord, unit: Sequence[OrderRecord]) -> Sequence[OrderRecord]:
    """Legs that go with *order* or not at all count as sent before it."""
    return () if len(unit) == 1 else tuple(leg for leg in unit if leg.leg_index < order.leg_index)


def _legs_missing(ports: Ports, order: OrderRecord, unit: Sequence[OrderRecord]) -> int:
    group = group_of(order)
    if group is None:
        return 0
    arrived = {leg.order_id for leg in (*unit, *ports.blotter.legs(group)) if leg.live}
    return max(0, order.total_legs - len(arrived))


def _ahead(ports: Ports, order: OrderRecord) -> tuple[str, ...]:
    """Exits before this entry that live, or have not even arrived; and what the desk itself undoes to its side."""
    named = [i for i in order.after if (leading := ports.blotter.find(i)) is None or leading.live]
    near = ports.blotter.live_in(order.account, order.instrument)
    undone = [other for other in near if other.purpose == "unwind" and other.strategy_id == order.strategy_id]
    return (*named, *(other.order_id for other in undone if other.side == order.side))


def _blockers(ports: Ports, order: OrderRecord) -> tuple[str, ...]:
    """Orders that must end before an exit goes: entries it waits for, and the protection of its lots."""
    entries = tuple(i for i in order.waits_for if (entry := ports.blotter.find(i)) is not None and entry.live)
    return entries if order.purpose in PROTECTIVE else entries + ports.blotter.protecting(order)


def _after(ports: Ports, order: OrderRecord, step: Step, generation: int, now: datetime) -> OrderRecord:
    claim = {"worker": ports.worker, "generation": generation}
    if isinstance(step, Submit):
        fields = claimed(order, step.quantity, now + ports.policy.lease, now) | claim
        return apply(order, Happened(ExecType.CLAIMED, now, step.note, but=fields))
    if isinstance(step, End):
        command = ports.blotter.tombstones.get(order.order_id)
        claim = claim | {"facts": dict(step.facts)} if step.facts else claim
        ended = Happened(ExecType.CANCEL_ASKED, now, step.reason, ends_as=step.status, command=command, but=claim)
        return apply(order, ended)
    if order.revision and order.reason == step.reason and order.next_try_at == step.until:
        return order
    return apply(order, Happened(ExecType.HELD, now, step.reason, but=claim | {"next_try_at": step.until}))


def _answers(ports: Ports, asked: Sequence[Unit], batch: _Batch) -> list[list[Claimed]]:
    """Each claim is answered to one caller only, so that one caller submits it."""
    left = dict(batch.after)
    answers = [[_answer(ports, order, left) for order in unit] for unit in asked]
    for name, adopted in left.items():  # legs that waited go with the one that completed their group
        group = group_of(adopted.order)
        completing = next(i for i, unit in enumerate(asked) if unit and group_of(unit[0]) == group)
        answers[completing].append(batch.after[name])
    return answers


def _answer(ports: Ports, order: OrderRecord, left: dict[str, Claimed]) -> Claimed:
    if order.order_id in left:
        return left.pop(order.order_id)
    return Claimed(ports.blotter.find(order.order_id) or order, None)
