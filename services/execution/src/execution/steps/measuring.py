"""Measure: how the desk, each account and each strategy stand, for the triggers and for the limit of a day's loss."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

import structlog
from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.base import Mode
from mathematricks.contracts.controls import Controls, Scope
from mathematricks.contracts.instruments import Instrument
from mathematricks.contracts.rest import BrokerAccount

from execution.domain.calendar import is_open
from execution.domain.controls.triggers import WINDOW, Standing, marked, moved, rejects
from execution.ports import BrokerRejected, BrokerUnavailable, Ports

log = structlog.get_logger(__name__)

ZERO = Decimal(0)
DESK = Scope()
COMMON = "USD"
"""What accounts of several currencies are summed in."""
CVAR_LASTS = timedelta(seconds=90)


@dataclass(frozen=True)
class _Seen:
    """One account as its venue last saw it, and the value of one unit of its currency in the common one."""

    account: BrokerAccount
    update: AccountUpdate
    at: datetime
    rate: Decimal | None

    def common(self, amount: Decimal) -> Decimal | None:
        return amount * self.rate if self.rate is not None else None


async def measure(controls: Controls, ports: Ports) -> dict[Scope, Standing]:
    """Return how every scope stands that is watched: the desk, every account, and the strategies that controls name."""
    await _see_accounts(ports)
    strategies = [scope for scope in _named(controls) if scope.kind == "strategy"]
    if strategies:
        ports.oversight.results = await ports.oversight.store.results()
    seen = _seen(ports)
    standings = {_of(each.account.account): await _account(each, ports) for each in seen}
    standings[DESK] = await _desk([each for each in seen if each.account.mode == _mode(seen)], ports)
    standings |= {scope: await _strategy(scope, seen, ports) for scope in strategies}
    ports.oversight.lost_today = {
        scope: standing.today for scope, standing in standings.items() if standing.today is not None
    }
    return standings


def _named(controls: Controls) -> set[Scope]:
    return {each.scope for each in controls.limits} | {each.scope for each in controls.triggers}


def _of(account: str) -> Scope:
    return Scope(kind="account", name=account)


def _mode(seen: Iterable[_Seen]) -> Mode:
    """Live and paper are never summed (RULES 9): a desk that trades live is measured by that alone."""
    return "LIVE" if any(each.account.mode == "LIVE" for each in seen) else "PAPER"


async def _see_accounts(ports: Ports) -> None:
    now = ports.clock.now()
    await asyncio.gather(
        *(_see(account.account, ports) for account in ports.brokers.accounts() if _is_due(account, now, ports))
    )


def _is_due(account: BrokerAccount, now: datetime, ports: Ports) -> bool:
    known = ports.oversight.seen.get(account.account)
    pause = ports.policy.seen_every if _is_at_risk(account.account, ports) else ports.policy.snapshot_every
    return known is None or now - known[1] >= pause


async def _see(account: str, ports: Ports) -> None:
    """A venue that does not answer leaves the older figures, which grow stale."""
    asked = ports.clock.now()
    try:
        async with asyncio.timeout(ports.policy.call_timeout.total_seconds()):
            ports.oversight.seen[account] = await ports.brokers.of(account).snapshot(account), asked
    except (BrokerUnavailable, BrokerRejected, KeyError, TimeoutError) as silence:
        log.warning("account.unseen", account=account, reason=str(silence))


def _seen(ports: Ports) -> list[_Seen]:
    found = []
    for account in ports.brokers.accounts():
        if (known := ports.oversight.seen.get(account.account)) is not None:
            rate = ports.market.rate(account.base_currency, COMMON)
            found.append(_Seen(account, *known, rate))
    return found


async def _account(seen: _Seen, ports: Ports) -> Standing:
    name, equity = seen.account.account, seen.update.equity
    scope = _of(name)
    standing = await _by_marks(scope, seen.account.mode, equity, equity, ports)
    return replace(
        standing, margin=seen.update.initial_margin, drift=_drift(seen, ports), silence=_silence(seen, ports)
    )


async def _desk(seen: Sequence[_Seen], ports: Ports) -> Standing:
    equity = _sum(each.common(each.update.equity) for each in seen)
    if equity is None or not seen:
        return Standing()
    standing = await _by_marks(DESK, seen[0].account.mode, equity, equity, ports)
    told = await ports.oversight.store.cvar(seen[0].account.mode)
    fresh = told is not None and ports.clock.now() - told[1] <= CVAR_LASTS
    return replace(
        standing,
        margin=_sum(each.common(each.update.initial_margin) for each in seen),
        drift=_sum(each.common(_drift(each, ports)) for each in seen),
        silence=max((silence for each in seen if (silence := _silence(each, ports)) is not None), default=None),
        cvar=told[0] if told is not None and fresh else None,
    )


async def _strategy(scope: Scope, seen: Sequence[_Seen], ports: Ports) -> Standing:
    """What a strategy lost is measured against the equity of the accounts it trades in."""
    if ports.oversight.results is None:
        return Standing()
    by_account = {each.account.account: each for each in seen}
    known = [each for each in ports.oversight.results if each.strategy_id == scope.name and each.account in by_account]
    mode = _mode(by_account[each.account] for each in known)
    mine = [(by_account[each.account], each) for each in known if by_account[each.account].account.mode == mode]
    equity = _sum(there.common(there.update.equity) for there, _ in mine)
    ever = _sum(there.common(each.ever) for there, each in mine)
    today = _sum(there.common(each.today) for there, each in mine)
    if not mine or equity is None or ever is None or today is None:
        sent, rejected = _sent(scope, ports)
        return Standing(today=None if mine else ZERO, sent=sent, rejected=rejected)
    return replace(await _by_marks(scope, mode, ever, equity, ports), today=-today)


async def _by_marks(scope: Scope, mode: Mode, figure: Decimal, whole: Decimal, ports: Ports) -> Standing:
    """
    Return what *figure* has lost since its peak and since the day began; *whole* is what they are shares of.

    An account that has never traded is not marked: what moves there is money paid in.
    """
    if scope.kind == "account" and scope.name not in ports.through:
        return _standing(scope, whole, (ZERO, ZERO), ports)
    before = ports.oversight.marks.get((scope, mode))
    after = marked(before, (scope, mode), figure, ports.clock.now())
    ports.oversight.marks[(scope, mode)] = after
    if moved(before, after):
        await ports.oversight.store.keep_marks(after)
    return _standing(scope, whole, (after.peak - figure, after.day_open - figure), ports)


def _standing(scope: Scope, equity: Decimal, lost: tuple[Decimal, Decimal], ports: Ports) -> Standing:
    from_peak, today = lost
    sent, rejected = _sent(scope, ports)
    return Standing(
        equity=equity,
        at_peak=equity + from_peak,
        at_open=equity + today,
        from_peak=from_peak,
        today=today,
        sent=sent,
        rejected=rejected,
    )


def _sent(scope: Scope, ports: Ports) -> tuple[int, int]:
    """Return the attempts made lately and those that venues refused; counted only where somebody asks."""
    controls = ports.oversight.controls
    asks = controls is not None and any(
        each.scope == scope and each.triggers.rejects is not None for each in controls.triggers
    )
    if not asks:
        return 0, 0
    mine = (order for order in ports.blotter.known() if scope.covers(order.account, order.strategy_id))
    return rejects(mine, ports.clock.now() - WINDOW)


def _drift(seen: _Seen, ports: Ports) -> Decimal:
    """Return what the positions are worth that the venue holds and no execution explains, in the account's currency."""
    name, worth = seen.account.account, ZERO
    prices = {position.instrument: position.market_price for position in seen.update.open_positions}
    for instrument in ports.blotter.places(name):
        beyond = ports.blotter.difference(name, instrument)
        known = ports.market.named(instrument) if beyond else None
        if known is not None:
            worth += abs(beyond) * _worth(known, prices.get(instrument), seen, ports)
    return worth


def _worth(instrument: Instrument, price: Decimal | None, seen: _Seen, ports: Ports) -> Decimal:
    quote = ports.market.quote(instrument.contract)
    each = quote.mid if quote is not None else price or ZERO
    rate = ports.market.rate(instrument.currency, seen.account.base_currency) or ZERO
    return abs(each) * instrument.multiplier * rate


def _silence(seen: _Seen, ports: Ports) -> timedelta | None:
    """Return how long the account, or the price of something it holds in an open market, has not been heard of."""
    now, name = ports.clock.now(), seen.account.account
    if not _is_at_risk(name, ports):
        return None
    silences = [now - seen.at]
    for place in ports.blotter.held_places():
        instrument = ports.market.named(place[1]) if place[0] == name else None
        if instrument is not None and is_open(instrument.calendar, now):
            quote = ports.market.quote(instrument.contract)
            known = ports.oversight.quoted_at.setdefault(place[1], now)
            if quote is not None:
                known = ports.oversight.quoted_at[place[1]] = max(known, min(quote.at, now))
            silences.append(now - known)
    return max(silences)


def _is_at_risk(account: str, ports: Ports) -> bool:
    """Whether the account holds anything, or may soon."""
    places = (*ports.blotter.held_places(), *ports.blotter.live_places())
    return any(place[0] == account for place in places)


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = list(amounts)
    return None if any(amount is None for amount in known) else sum((a for a in known if a is not None), ZERO)
