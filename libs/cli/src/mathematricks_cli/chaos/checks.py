"""The promises, checked from outside: each accepted signal has one effect, and the books equal the venue's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from mathematricks.contracts.executions import UNATTRIBUTED, Execution
from mathematricks.contracts.orders import Attempt

from mathematricks_cli.chaos.evidence import Breach, Evidence
from mathematricks_cli.chaos.margins import overspent, undecidable
from mathematricks_cli.chaos.reversals import left_open, reversals

ZERO = Decimal(0)
VENUES_OWN = "venue:"
"""What the ids of orders begin with that the venue gave itself, as in a liquidation."""


def breaches_of(evidence: Evidence) -> list[Breach]:
    """Return every promise that was not kept."""
    return [breach for check in CHECKS for breach in check(evidence)]


def answered(evidence: Evidence) -> Iterator[Breach]:
    """Every signal was taken, each under one id, and no two under the same."""
    ids: dict[str, set[str]] = defaultdict(set)
    for each in evidence.answers:
        ids[each.planned.name] |= set(each.signal_ids)
        if each.refusal:
            lost = "no answer" in each.refusal
            yield Breach("lost" if lost else "unexplained", f"signal {each.planned.name} was refused: {each.refusal}")
    for name, known in ids.items():
        if len(known) > 1:
            yield Breach("doubled", f"signal {name} was taken as {', '.join(sorted(known))}")
    shared = Counter(signal_id for known in ids.values() for signal_id in known)
    yield from (Breach("unexplained", f"{known} stands for {n} signals") for known, n in shared.items() if n > 1)


def recorded(evidence: Evidence) -> Iterator[Breach]:
    """Every accepted signal is on record, once, and numbered without gaps."""
    kept = {each.signal_id for each in evidence.signals}
    told = {signal_id: each.planned.name for each in evidence.answers for signal_id in each.signal_ids}
    for lost in sorted(told.keys() - kept):
        yield Breach("lost", f"signal {told[lost]} was accepted and is on no record")
    names = Counter((each.strategy_id, each.external_id) for each in evidence.signals)
    yield from (Breach("doubled", f"signal {name[1]} is on record {n} times") for name, n in names.items() if n > 1)
    numbers: dict[str, list[int]] = defaultdict(list)
    for each in evidence.signals:
        numbers[each.strategy_id].append(each.strategy_seq)
    for strategy, given in numbers.items():
        if sorted(given) != list(range(1, len(given) + 1)):
            yield Breach("lost", f"the signals of {strategy} are numbered with gaps")


def decided(evidence: Evidence) -> Iterator[Breach]:
    """Every accepted signal has one authoritative decision, and its orders reached execution."""
    made = Counter(each.decision.signal_id for each in evidence.decisions)
    for signal in evidence.signals:
        if not made[signal.signal_id]:
            yield Breach("lost", f"signal {signal.external_id} ({signal.signal_id}) was never decided")
    yield from (Breach("doubled", f"{signal_id} was decided {n} times") for signal_id, n in made.items() if n > 1)
    for each in evidence.decisions:
        for order in each.decision.orders:
            if order.order_id not in evidence.orders:
                yield Breach("lost", f"order {order.order_id} of {order.external_id} never reached execution")
    numbers = sorted(each.decision.seq for each in evidence.decisions)
    if numbers != list(range(1, len(numbers) + 1)):
        yield Breach("unexplained", "the decisions are numbered with gaps")


def accepted_once(evidence: Evidence) -> Iterator[Breach]:
    """Per order at most one acceptance lives at the venue: the next attempt only after the last one was over."""
    at_venue = {each.client_order_id: each for each in evidence.venue_orders}
    for order in evidence.orders.values():
        for before, after in pairwise(order.attempts):
            if not _was_over(before, after):
                said = f"attempt {after.number} began before {before.number} was over"
                yield Breach("doubled", f"order {order.order_id}: {said}")
            there = at_venue.get(before.client_order_id)
            if before.outcome == "ABSENT" and there is not None and there.status != "REJECTED":
                said = "was given up as absent, and the venue has it"
                yield Breach("doubled", f"attempt {before.client_order_id} {said}")


def filled_once(evidence: Evidence) -> Iterator[Breach]:
    """An order trades what was decided and no more, and counts what its venue did."""
    traded: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for each in evidence.venue_orders:
        traded[each.client_order_id.rpartition(".")[0]] += each.filled
    for order in evidence.orders.values():
        there = traded[order.order_id]
        most = max(order.working_quantity or ZERO, order.quantity or ZERO)
        if there > most:
            yield Breach("doubled", f"order {order.order_id} of {most} traded {there} at the venue")
        if there != order.filled and order.purpose != "flatten":
            yield Breach("unexplained", f"order {order.order_id} counts {order.filled}, the venue {there}")


def known_at_both_ends(evidence: Evidence) -> Iterator[Breach]:
    """What works at the venue is an order that lives here, and what lives here ends: at rest there is neither."""
    for each in evidence.venue_orders:
        own = each.client_order_id.startswith(VENUES_OWN)
        order = evidence.orders.get(each.client_order_id.rpartition(".")[0])
        if order is None and not own:
            yield Breach("orphaned", f"the venue has {each.client_order_id}, which no order here is")
        elif each.status == "WORKING":
            yield Breach("orphaned", f"{each.client_order_id} still works at the venue")
    for order in evidence.orders.values():
        if order.live:
            why = f"{order.status.value}: {order.reason or 'no reason'}"
            of = f"{order.purpose} of {order.external_id}"
            yield Breach("orphaned", f"order {order.order_id} ({of}) never ended, {why}")
        elif order.watched and order.unwinding:
            said = f"leg {order.order_id} of {order.external_id}, whose group failed, was never undone"
            yield Breach("orphaned", said)


def booked(evidence: Evidence) -> Iterator[Breach]:
    """Every fill of the venue is an execution, and every execution a fill of the venue."""
    fills = {fill.execution_id for order in evidence.venue_orders for fill in order.fills}
    ours = Counter(each.execution_id for each in evidence.executions if not each.crossed)
    yield from (Breach("lost", f"fill {each} of the venue was never recorded") for each in sorted(fills - set(ours)))
    yield from (
        Breach("unexplained", f"execution {each} is no fill of the venue") for each in sorted(set(ours) - fills)
    )
    yield from (Breach("doubled", f"execution {each} is on record {n} times") for each, n in ours.items() if n > 1)


def balanced(evidence: Evidence) -> Iterator[Breach]:
    """Venue fills, executions, positions, sub-ledgers and the dashboard say the same."""
    for lack in evidence.balance.missing:
        said = f"{len(lack.ids)} executions of {lack.account} that the {lack.holder} has, e.g. {lack.ids[0]}"
        yield Breach("lost", f"the {lack.lacking} lacks {said}")
    for figure in evidence.balance.differences:
        said = ", ".join(f"{keeper} {amount:f}" for keeper, amount in figure.said.items())
        yield Breach("unexplained", f"{figure.what} of {figure.account}: {said}")


def settled(evidence: Evidence) -> Iterator[Breach]:
    """Nothing is owed any more, everything takes work, and whatever nobody could handle was told."""
    for collection, count in evidence.debts.items():
        if count:
            yield Breach("orphaned", f"{count} records of {collection} still owe their messages")
    yield from (Breach("orphaned", f"{name} takes no work at the end") for name in evidence.not_ready)
    for topic, count in evidence.dead_letters.items():
        if f"dead-letter:{topic}" not in evidence.alerts:
            yield Breach("unexplained", f"{count} dead letters of {topic}, and no alert")


def not_reversed(evidence: Evidence) -> Iterator[Breach]:
    """An exit never takes a position through zero, and leaves none open that it should have closed."""
    by_fill = {each.execution_id: each for each in evidence.executions if not each.crossed}
    numbered = [
        (each.account, fill.venue_seq, by_fill[fill.execution_id])
        for each in evidence.venue_orders
        for fill in each.fills
        if fill.execution_id in by_fill
    ]
    told = [execution for _, _, execution in sorted(numbered, key=lambda each: each[:2])]
    yield from reversals(told)
    crossed = [each for each in evidence.executions if each.crossed]
    strangers = [each for each in evidence.executions if each.strategy_id == UNATTRIBUTED]
    yield from left_open([*told, *crossed], {(each.account, each.instrument) for each in strangers})


def margin_kept(evidence: Evidence) -> Iterator[Breach]:
    """No decision spent margin that another one had taken; and each is what its inputs make of it."""
    yield from overspent(evidence.decisions, evidence.orders, _last_fills(evidence.executions))
    yield from undecidable(evidence.decisions)


def _last_fills(executions: Sequence[Execution]) -> dict[str, Execution]:
    by_time = sorted(executions, key=lambda each: each.recorded_at)
    return {each.order_id: each for each in by_time if each.order_id}


def _was_over(before: Attempt, after: Attempt) -> bool:
    return before.outcome is not None and before.ended_at is not None and before.ended_at <= after.begun_at


CHECKS: tuple[Callable[[Evidence], Iterator[Breach]], ...] = (
    answered,
    recorded,
    decided,
    accepted_once,
    filled_once,
    known_at_both_ends,
    booked,
    balanced,
    settled,
    not_reversed,
    margin_kept,
)
"""Every promise that chaos holds the desk to."""
