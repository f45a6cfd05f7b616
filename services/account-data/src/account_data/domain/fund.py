"""The fund of one mode as its ledger tells it: who holds what, what is in transit, and what a flow does to both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, localcontext

from mathematricks.accounting.position import EXACT, booked
from mathematricks.accounting.units import (
    ZERO,
    TooMuch,
    Trade,
    Unpriceable,
    deposit,
    net_asset_value,
    opening,
    total_units,
    unit_price,
    withdrawal,
)
from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.base import Mode, derive_id
from mathematricks.contracts.clients import HOUSE, Flow, FlowRequest, Strike

FRESH = timedelta(seconds=90)
"""An account's figures may be so old for units to be priced by them (RULES 5)."""


@dataclass(frozen=True)
class Fund:
    """One mode's fund after some entries of its ledger."""

    mode: Mode
    currency: str
    seq: int = 0
    units: Mapping[str, Decimal] = field(default_factory=dict)
    in_transit: Decimal = ZERO
    travelling: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """Why a flow cannot be recorded, for a person."""

    why: str


@dataclass(frozen=True)
class Asked:
    """Who asks for a flow of whose money, and when."""

    client_id: str
    request: FlowRequest
    by: str
    now: datetime


def fund_of(mode: Mode, currency: str, flows: Iterable[Flow]) -> Fund:
    """Return the fund after *flows*, all of its ledger in order."""
    units: dict[str, Decimal] = {}
    travelling: dict[str, Decimal] = {}
    seq = 0
    with localcontext(EXACT):
        for flow in flows:
            seq, currency = flow.seq, flow.currency
            units[flow.client_id] = units.get(flow.client_id, ZERO) + flow.units
            units[HOUSE] = units.get(HOUSE, ZERO) + flow.house_units
            if flow.kind == "ARRIVAL":
                travelling.pop(flow.arrives or "", None)
            elif flow.kind != "OPENING":
                travelling[flow.flow_id] = flow.amount if flow.kind == "DEPOSIT" else -flow.amount
        return Fund(mode, currency, seq, units, sum(travelling.values(), ZERO), travelling)


def strike(fund: Fund, accounts: Sequence[AccountUpdate], fees: Decimal, now: datetime) -> Strike | Refused:
    """Return what the fund is worth by the newest figures of its mode's *accounts*; *fees* are owed to senders."""
    equity, oldest = ZERO, now
    for account in accounts:
        if now - account.as_of > FRESH:
            return Refused(f"{account.account} was last reported at {account.as_of:%H:%M:%S} UTC; try again once it is")
        worth = _told_in(fund.currency, account)
        if worth is None:
            return Refused(f"No rate is known from {account.base_currency} to {fund.currency}")
        with localcontext(EXACT):
            equity, oldest = equity + worth, min(oldest, account.as_of)
    nav, units = net_asset_value(equity, fund.in_transit, fees), total_units(fund.units)
    try:
        price = unit_price(nav, units)
    except Unpriceable:
        return Refused("The fund is worth nothing: its units have no price")
    return Strike(
        equity=_stored(equity),
        in_transit=fund.in_transit,
        accrued_fees=fees,
        nav=_stored(nav),
        units=units,
        unit_price=price,
        as_of=oldest,
    )


def flows_for(fund: Fund, asked: Asked, struck: Strike) -> list[Flow] | Refused:
    """Return the ledger entries that record what is asked at the price *struck*: the fund's opening first, if due."""
    request, made = asked.request, list[Flow]()
    units = dict(fund.units)
    if struck.units == 0 and struck.nav > 0:
        made.append(_opening(fund, asked, struck))
        units[HOUSE] = units.get(HOUSE, ZERO) + made[0].units
        struck = struck.model_copy(update={"units": made[0].units})
    try:
        trade = _traded(units, struck.nav, asked)
    except TooMuch as shown:
        return Refused(f"{asked.client_id} owns {shown.args[0]} {fund.currency}; ask for that, or for everything")
    return [*made, _flow(fund, asked, struck, trade, request.kind == "DEPOSIT", len(made))]


def arrival(fund: Fund, flow: Flow, by: str, now: datetime) -> Flow:
    """Return the entry that says that the cash of *flow* has reached, or left, the broker."""
    return Flow(
        flow_id=derive_id("f", "arrival", flow.flow_id),
        mode=fund.mode,
        seq=fund.seq + 1,
        client_id=flow.client_id,
        kind="ARRIVAL",
        amount=flow.amount,
        currency=flow.currency,
        arrives=flow.flow_id,
        at=now,
        by=by,
        idempotency_key=f"arrival:{flow.flow_id}",
    )


def flow_id(client_id: str, mode: Mode, key: str) -> str:
    """Return the id of what is asked with this idempotency key."""
    return derive_id("f", client_id, mode, key)


def same_request(flow: Flow, request: FlowRequest) -> bool:
    """Return whether *flow* is what *request* asks for."""
    return flow.kind == request.kind and (request.everything or flow.amount == request.amount)


def _traded(units: Mapping[str, Decimal], nav: Decimal, asked: Asked) -> Trade:
    if asked.request.kind == "WITHDRAWAL":
        return withdrawal(units, nav, asked.client_id, asked.request.amount)
    return deposit(units, nav, asked.client_id, asked.request.amount or ZERO)


def _opening(fund: Fund, asked: Asked, struck: Strike) -> Flow:
    key = f"opening:{fund.seq + 1}"
    return Flow(
        flow_id=flow_id(HOUSE, fund.mode, key),
        mode=fund.mode,
        seq=fund.seq + 1,
        client_id=HOUSE,
        kind="OPENING",
        amount=struck.nav,
        currency=fund.currency,
        units=opening(struck.nav),
        strike=struck,
        at=asked.now,
        by=asked.by,
        note="What the fund held before anybody had a unit",
        idempotency_key=key,
    )


def _flow(fund: Fund, asked: Asked, struck: Strike, trade: Trade, deposited: bool, behind: int) -> Flow:
    request = asked.request
    return Flow(
        flow_id=flow_id(asked.client_id, fund.mode, request.idempotency_key),
        mode=fund.mode,
        seq=fund.seq + 1 + behind,
        client_id=asked.client_id,
        kind="DEPOSIT" if deposited else "WITHDRAWAL",
        amount=trade.amount,
        currency=fund.currency,
        units=trade.units,
        house_units=trade.house_units,
        strike=struck,
        at=asked.now,
        by=asked.by,
        note=request.note,
        idempotency_key=request.idempotency_key,
    )


def _told_in(currency: str, account: AccountUpdate) -> Decimal | None:
    """The account's equity in *currency*, by the rates that its broker reported with it."""
    if account.base_currency == currency:
        return account.equity
    rate = account.rates.get(currency)
    with localcontext(EXACT):
        return _stored(account.equity / rate) if rate else None


def _stored(amount: Decimal) -> Decimal:
    """*amount* with at most 18 decimals: what every store keeps."""
    return booked(amount)
