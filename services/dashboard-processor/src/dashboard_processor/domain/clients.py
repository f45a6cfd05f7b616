"""Clients' documents: capital, flows and returns, from the fund's ledger and its struck prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext

from mathematricks.accounting.position import EXACT, ZERO, total
from mathematricks.accounting.units import capital, total_units, unit_price
from mathematricks.contracts.base import Mode
from mathematricks.contracts.clients import HOUSE, Client, Flow
from mathematricks.contracts.money_views import CashMark, ClientView, FlowLine, FundView, Holder, NavRecord

from dashboard_processor.domain.curves import Sample, curve
from dashboard_processor.domain.roi import Mark, percent, performance, stretches

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Worth:
    """What a fund is worth at a moment, in its currency."""

    at: datetime
    equity: Decimal
    in_transit: Decimal
    fees: Decimal

    @property
    def nav(self) -> Decimal:
        """Equity plus cash in transit less fees."""
        with localcontext(EXACT):
            return self.equity + self.in_transit - self.fees


@dataclass(frozen=True)
class Told:
    """Everything a fund's documents are made of: its whole ledger, its daily prices, and what it is worth now."""

    mode: Mode
    currency: str
    flows: Sequence[Flow]
    navs: Sequence[NavRecord]
    now: Worth
    clients: Mapping[str, Client]
    expected_every: float = 20.0


def holdings(flows: Sequence[Flow]) -> dict[str, Decimal]:
    """Return what each client holds after *flows*."""
    units: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for flow in flows:
            units[flow.client_id] = units.get(flow.client_id, ZERO) + flow.units
            units[HOUSE] = units.get(HOUSE, ZERO) + flow.house_units
    return units


def in_transit(flows: Sequence[Flow], at: datetime) -> Decimal:
    """Return the cash that at that moment was paid in and at no broker yet, less what was redeemed and not paid out."""
    before = [flow for flow in flows if flow.at <= at]
    arrived = {flow.arrives for flow in before if flow.kind == "ARRIVAL"}
    return total(
        flow.amount if flow.kind == "DEPOSIT" else -flow.amount
        for flow in before
        if flow.kind in ("DEPOSIT", "WITHDRAWAL") and flow.flow_id not in arrived
    )


def nav_record(mode: Mode, currency: str, day: str, worth: Worth, units: Decimal) -> NavRecord:
    """Return what the fund was worth at the end of *day*; raises ``Unpriceable``."""
    return NavRecord(
        mode=mode,
        day=day,
        at=worth.at,
        currency=currency,
        equity=worth.equity,
        in_transit=worth.in_transit,
        accrued_fees=worth.fees,
        nav=worth.nav,
        units=units,
        unit_price=unit_price(worth.nav, units),
    )


def marks(told: Told, client_id: str | None) -> list[Mark]:
    """Return the prices at each flow and midnight and now, with what *client_id* held from then on; None: all."""
    steps: list[tuple[datetime, int, Decimal, Flow | None]] = [
        (flow.at, flow.seq, flow.strike.unit_price if flow.kind != "OPENING" else Decimal(1000), flow)
        for flow in told.flows
        if flow.strike is not None
    ]
    steps += [(nav.at, 0, nav.unit_price, None) for nav in told.navs]
    steps.sort(key=lambda step: step[:2])
    held, made = ZERO, list[Mark]()
    for at, _, price, flow in steps:
        if flow is not None:
            held += _change(flow, client_id)
        if flow is None or client_id is None or client_id in (HOUSE, flow.client_id):
            made.append(Mark(at, price, held))
    units = total_units(holdings(told.flows))
    if units and told.now.nav > 0:
        made.append(Mark(told.now.at, unit_price(told.now.nav, units), held))
    return made


def fund_view(told: Told) -> FundView:
    """Return the fund for admins; the holders' capitals add up to its value to the cent."""
    units, nav = holdings(told.flows), told.now.nav
    shares, held = capital(units, nav), total_units(units)
    track = marks(told, None)
    holders = tuple(
        Holder(
            client_id=client,
            display_name=_name(told, client),
            units=units[client],
            capital=shares[client],
            share=percent(units[client] / held) if held else None,
            total=performance(stretches(marks(told, client)), told.now.at).total,
        )
        for client in sorted(units, key=lambda client: (client != HOUSE, client))
    )
    return FundView(
        mode=told.mode,
        currency=told.currency,
        equity=told.now.equity,
        in_transit=told.now.in_transit,
        accrued_fees=told.now.fees,
        nav=nav,
        units=held,
        unit_price=unit_price(nav, held) if nav > 0 and held else None,
        holders=holders,
        performance=performance(stretches(track), told.now.at),
        curve=curve("all", _samples(track), _cash(told.flows)),
        as_of=told.now.at,
        expected_every=told.expected_every,
    )


def client_view(told: Told, client_id: str) -> ClientView:
    """Return what one client sees."""
    units = holdings(told.flows)
    mine = [flow for flow in told.flows if flow.client_id == client_id]
    track, own = marks(told, client_id), capital(units, told.now.nav).get(client_id, ZERO.quantize(CENT))
    paid_in = total(flow.amount for flow in mine if flow.kind in ("OPENING", "DEPOSIT"))
    paid_out = total(flow.amount for flow in mine if flow.kind == "WITHDRAWAL")
    gain = own + paid_out - paid_in
    held, everybody = units.get(client_id, ZERO), total_units(units)
    return ClientView(
        client_id=client_id,
        display_name=_name(told, client_id),
        mode=told.mode,
        currency=told.currency,
        capital=own,
        units=held,
        unit_price=unit_price(told.now.nav, everybody) if told.now.nav > 0 and everybody else None,
        share=percent(held / everybody) if everybody else None,
        deposits=paid_in,
        withdrawals=paid_out,
        in_transit=in_transit(mine, told.now.at),
        gain=gain,
        gain_percent=percent(gain / paid_in) if paid_in else None,
        performance=performance(stretches(track), told.now.at),
        curve=curve("all", _samples(track), _cash(mine)),
        flows=tuple(_line(flow, told.flows) for flow in reversed(mine) if flow.kind != "ARRIVAL"),
        as_of=told.now.at,
        expected_every=told.expected_every,
    )


def _change(flow: Flow, client_id: str | None) -> Decimal:
    """What *flow* changes of the units of one client, or of all."""
    with localcontext(EXACT):
        own = flow.units if client_id in (None, flow.client_id) else ZERO
        return own + (flow.house_units if client_id in (None, HOUSE) else ZERO)


def _samples(track: Sequence[Mark]) -> list[Sample]:
    """Capital at each mark from the first with any; the last one without stays: that is where it ended."""
    first = next((n for n, mark in enumerate(track) if mark.held > 0), len(track))
    with localcontext(EXACT):
        return [Sample(mark.at, (mark.held * mark.price).quantize(CENT), mark.price) for mark in track[first:]]


def _cash(flows: Sequence[Flow]) -> list[CashMark]:
    signs = {"DEPOSIT": 1, "WITHDRAWAL": -1}
    return [CashMark(at=flow.at, amount=signs[flow.kind] * flow.amount) for flow in flows if flow.kind in signs]


def _line(flow: Flow, flows: Sequence[Flow]) -> FlowLine:
    arrived = flow.kind == "OPENING" or any(each.arrives == flow.flow_id for each in flows)
    return FlowLine(
        flow_id=flow.flow_id,
        kind=flow.kind,
        amount=flow.amount,
        units=flow.units,
        unit_price=flow.strike.unit_price if flow.strike else None,
        at=flow.at,
        arrived=arrived,
    )


def _name(told: Told, client_id: str) -> str:
    if client_id == HOUSE:
        return "The house"
    return told.clients[client_id].display_name if client_id in told.clients else client_id
