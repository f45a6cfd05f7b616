"""Flatten: cancel, ask the venue, close, split, until nothing of a scope is held, working or in doubt (RULES 10)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import structlog
from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.base import to_instant
from mathematricks.contracts.controls import Switch
from mathematricks.contracts.executions import UNATTRIBUTED
from mathematricks.contracts.instruments import Contract
from mathematricks.contracts.orders import TERMINAL, OrderRecord, TradingOrder
from mathematricks.contracts.rest import BrokerAccount

from execution.domain.calendar import is_open, next_open
from execution.domain.closing import closers_of, concerned, is_held, own_need, uncrossed
from execution.domain.controls.flattening import (
    FLATTEN,
    PREFIX,
    Flattening,
    cause,
    closing_order,
    count_found,
    is_clear,
    to_close,
)
from execution.domain.orders import Place
from execution.domain.submission import first_record
from execution.ports import BrokerRejected, BrokerUnavailable, Ports
from execution.steps.crossing import Split, cross, finish_crossings
from execution.steps.following import go
from execution.steps.telling import alert

log = structlog.get_logger(__name__)

ZERO = Decimal(0)
Waiting = list[str]
"""What a step waits for, in words; nothing: it is done."""


@dataclass(frozen=True)
class _Look:
    """One look at an account: what its venue held when, and which instruments were clear before it was asked."""

    switch: Switch
    state: Flattening
    account: BrokerAccount
    asked_at: datetime
    clear: Mapping[str, bool]
    splits: list[Split] = field(default_factory=list)

    @property
    def whose(self) -> str:
        return self.switch.scope.name if self.switch.scope.kind == "strategy" else ""


async def flatten(switch: Switch, ports: Ports) -> Waiting:
    """
    Bring the scope of *switch* a step nearer to flat; return what it waits for, nothing once it is flat.

    Whatever is in doubt stays watched: what it may yet close is left to it, and what it leaves behind is
    closed in a later round.
    """
    state = await state_of(switch, ports)
    await finish_crossings(ports)
    if state.flat and not _left(switch, ports):
        return []
    accounts = [each for each in ports.brokers.accounts() if _concerns(switch, each.account, ports)]
    waiting = await asyncio.gather(*(_flatten_account(switch, state, account, ports) for account in accounts))
    told = [*(each for part in waiting for each in part), *_in_doubt(switch, ports)]
    return told or [f"{place[1]}: something has traded since" for place in _places(switch, ports)]


async def state_of(switch: Switch, ports: Ports) -> Flattening:
    """Return what is remembered of the firing; begun anew from the records where nothing is."""
    known = ports.oversight.flattening.get(switch.generation)
    if known is None:
        live = [order for order in ports.blotter.live() if switch.scope.covers(order.account, order.strategy_id)]
        known = Flattening(found=count_found(live))
        for order in await ports.orders.named(f"{PREFIX}{switch.generation}:"):
            place = order.account, order.instrument
            known.rounds[place] = known.rounds.get(place, 0) + 1
        ports.oversight.flattening[switch.generation] = known
    return known


def at_work(switch: Switch, ports: Ports) -> list[OrderRecord]:
    """Return the closing orders of *switch* that live, or traded and are not split yet."""
    named = f"{PREFIX}{switch.generation}:"
    closed = [order for orders in uncrossed(ports.blotter).values() for order in orders]
    live = [order for order in ports.blotter.live() if order.purpose == FLATTEN]
    return [
        order
        for order in {each.order_id: each for each in (*closed, *live)}.values()
        if order.signal_id.startswith(named)
    ]


def _concerns(switch: Switch, account: str, ports: Ports) -> bool:
    if switch.scope.kind != "strategy":
        return switch.scope.covers(account, "")
    return any(place[0] == account for place in _places(switch, ports))


def _places(switch: Switch, ports: Ports) -> set[Place]:
    """Everywhere that something of the scope is held, lives or is not split yet, as far as we know."""
    live = {
        (order.account, order.instrument)
        for order in ports.blotter.live()
        if switch.scope.covers(order.account, order.strategy_id) or order.purpose == FLATTEN
    }
    held = {place for place in ports.blotter.held_places() if is_held(switch.scope, ports.blotter, place)}
    places = live | held | set(uncrossed(ports.blotter))
    return {place for place in places if switch.scope.kind != "account" or place[0] == switch.scope.name}


def _left(switch: Switch, ports: Ports) -> bool:
    return bool(_places(switch, ports))


def _in_doubt(switch: Switch, ports: Ports) -> Waiting:
    covered = (order for order in ports.blotter.live() if switch.scope.covers(order.account, order.strategy_id))
    return [f"{order.order_id} ({order.purpose} of {order.instrument}) is {order.status}" for order in covered]


async def _flatten_account(switch: Switch, state: Flattening, account: BrokerAccount, ports: Ports) -> Waiting:
    known = {place[1] for place in _places(switch, ports) if place[0] == account.account}
    clear = {name: _is_clear(switch, (account.account, name), ports) for name in known}
    if known and not any(clear.values()):
        return [f"{account.account}: {len(known)} instruments in which orders are being cancelled"]
    if not known and account.account in state.asked:
        return []
    try:
        asked_at = to_instant(ports.clock.now())
        async with asyncio.timeout(ports.policy.call_timeout.total_seconds()):
            seen = await ports.brokers.of(account.account).snapshot(account.account)
    except (BrokerUnavailable, BrokerRejected, KeyError, TimeoutError) as silence:
        return [f"{account.account}: its venue does not answer ({silence})"]
    state.asked.add(account.account)
    look = _Look(switch, state, account, asked_at, clear)
    return await _close_all(look, seen, known, ports)


def _is_clear(switch: Switch, place: Place, ports: Ports) -> bool:
    whose = switch.scope.name if switch.scope.kind == "strategy" else ""
    recently = ports.clock.now() - ports.policy.call_timeout
    clear = is_clear(concerned(ports.blotter.live_in(*place), whose), recently)
    wider = [order for order in closers_of(ports.blotter, place, "") if order.external_id != whose]
    return clear and not (whose and wider)


async def _close_all(look: _Look, seen: AccountUpdate, known: Iterable[str], ports: Ports) -> Waiting:
    contracts = {position.instrument: position.contract for position in seen.open_positions}
    held = {position.instrument: position.quantity for position in seen.open_positions}
    names = {*known, *(held if not look.whose else ())}
    steps = (_close(look, name, (contracts.get(name), held.get(name, ZERO)), ports) for name in sorted(names))
    waiting = [each for part in await asyncio.gather(*steps) for each in part]
    unpriced = await cross(look.splits, ports) if look.splits else []
    return [*waiting, *(f"{name}: not split yet, for want of a price or because something moved" for name in unpriced)]


async def _close(look: _Look, name: str, there: tuple[Contract | None, Decimal], ports: Ports) -> Waiting:
    """Close one instrument, or split what was closed; *there* is its contract and net position at the venue."""
    place, now = (look.account.account, name), ports.clock.now()
    if not look.clear.get(name, True):
        return [f"{name}: orders are being cancelled"]
    contract = there[0] or _contract_of(place, ports)
    if contract is None:
        return [f"{name}: nobody knows what it is"]
    live = concerned(ports.blotter.live_in(*place), look.whose)
    need = own_need(ports.blotter, place, look.whose) if look.whose else there[1]
    if not need:
        return _to_split(look, place, contract, ports)
    closing = to_close(need, live)
    if closing is None:
        return [f"{name}: orders in doubt may close {abs(need)}"]
    instrument = ports.market.instrument(contract)
    if instrument is not None and not is_open(instrument.calendar, now):
        return [f"{name}: its market is closed until {next_open(instrument.calendar, now):%Y-%m-%d %H:%M} UTC"]
    if not look.state.may_try(place, now):
        return [f"{name}: was refused, and is tried again in a moment"]
    order = closing_order(
        _next(look, place), closing, (place[0], look.account.mode, contract), look.asked_at, look.whose
    )
    await _send(look, order, ports)
    return [f"{name}: {closing[1]} being closed"]


def _next(look: _Look, place: Place) -> str:
    number = look.state.rounds[place] = look.state.rounds.get(place, 0) + 1
    return cause(look.switch.generation, place, number)


async def _send(look: _Look, order: TradingOrder, ports: Ports) -> None:
    record = first_record(order, ports.worker, ports.clock.now(), watched=True)
    await go((record,), ports)
    after = ports.blotter.find(order.order_id)
    if after is None or after.status not in TERMINAL or after.filled:
        look.state.failures.pop((order.account, order.instrument), None)
    elif after.attempts:
        look.state.failed((order.account, order.instrument), ports.clock.now())
        title = f"{order.instrument} of {order.account} cannot be closed: {after.reason}"
        await alert(ports, "critical", f"flatten.refused:{order.account}:{order.instrument}", title[:500])


def _to_split(look: _Look, place: Place, contract: Contract, ports: Ports) -> Waiting:
    closers = closers_of(ports.blotter, place, look.whose)
    if not closers and not _is_unsplit(look, place, ports):
        return []
    done = [order for order in closers if order.status in TERMINAL]
    if len(done) < len(closers):
        return [f"{place[1]}: its closing order still works"]
    side = done[-1].side if done else "SELL"
    named = done[-1].signal_id if done else _next(look, place)
    of = (place[0], look.account.mode, contract)
    like = closing_order(named, (side, Decimal(1)), of, look.asked_at, look.whose)
    look.splits.append(Split(look.switch.scope, like, done))
    return []


def _is_unsplit(look: _Look, place: Place, ports: Ports) -> bool:
    positions = ports.blotter.sub_positions(*place)
    if look.whose:
        return look.whose in positions
    return any(name != UNATTRIBUTED for name in positions)


def _contract_of(place: Place, ports: Ports) -> Contract | None:
    live: Sequence[OrderRecord] = ports.blotter.live_in(*place)
    if live:
        return live[0].contract
    named = ports.market.named(place[1])
    return named.contract if named is not None else None
