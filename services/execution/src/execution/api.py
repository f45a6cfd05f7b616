"""What execution serves: the market, orders, executions and accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query
from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.instruments import Instrument, Quote
from mathematricks.contracts.orders import OrderRecord
from mathematricks.contracts.rest import (
    BrokerAccount,
    BrokerAccounts,
    Executions,
    Failure,
    MarketQuestion,
    MarketView,
    OpenAccount,
    Orders,
    QuotesTaken,
    VenueExecution,
    VenueExecutions,
)
from mathematricks.contracts.topics import QUOTES
from mathematricks.runtime.http import Refusal, ports_of, require
from pydantic import AwareDatetime

from execution.domain.calendar import is_open
from execution.domain.quotes import is_price, unbelievable
from execution.ports import BrokerFill, BrokerRejected, BrokerUnavailable, Ports
from execution.records import ExecutionFilter, OrderFilter
from execution.steps.reporting import fresh_snapshot, note_use

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
MOST_CASH = 10**12
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def _failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": Failure} for status in statuses}


router = APIRouter(
    prefix="/api/v1", dependencies=[require("service", "admin")], responses=_failures(400, 401, 403, 422, 503)
)

AskPorts = Annotated[Ports, Depends(ports_of)]
Name = Annotated[str, Path(min_length=1, max_length=200)]
Asked = Annotated[str | None, Query(min_length=1, max_length=200)]
Limit = Annotated[int, Query(ge=1, le=500)]
Since = Annotated[AwareDatetime | None, Query(ge=EARLIEST, le=LATEST, description="Venue time, with its zone")]
OrderIds = Annotated[list[Annotated[str, Query(max_length=200)]] | None, Query(max_length=500)]
PostedQuotes = Annotated[list[Quote], Body(min_length=1, max_length=1000)]


@router.post("/market", tags=["market"])
async def market(question: MarketQuestion, ports: AskPorts) -> MarketView:
    """Return what is known of these instruments now; a demo's market begins to quote those it never has."""
    known: dict[str, Instrument] = {}
    for contract in question.contracts:
        instrument = ports.market.instrument(contract)
        if instrument is not None:
            known[contract.key] = instrument
            note_use(contract, ports)
            seen = question.seen.get(contract.key)
            await ports.market.seed(contract, seen if seen is not None and is_price(seen, instrument) else None)
    now, base = ports.clock.now(), question.base_currency
    quotes = {key: ports.market.quote(instrument.contract) for key, instrument in known.items()}
    rates = {i.currency: ports.market.rate(i.currency, base) for i in known.values()}
    return MarketView(
        instruments=known,
        quotes={key: quote for key, quote in quotes.items() if quote is not None},
        rates={currency: rate for currency, rate in rates.items() if rate is not None},
        closed=tuple(key for key, instrument in known.items() if not is_open(instrument.calendar, now)),
    )


@router.get("/quotes/{instrument:path}", tags=["market"], responses=_failures(404))
async def quote(instrument: Name, ports: AskPorts) -> Quote:
    """Return the newest quote of an instrument by its key, such as `BTC/USD`."""
    known = ports.market.named(instrument)
    found = ports.market.quote(known.contract) if known is not None else None
    if known is None or found is None:
        raise Refusal(404, "Nobody quotes this instrument; post a quote to /api/v1/quotes")
    note_use(known.contract, ports)
    return found


@router.post("/quotes", tags=["market"])
async def post_quotes(posted: Quote | PostedQuotes, ports: AskPorts) -> QuotesTaken:
    """Take one quote or a list of them; one older than the quote held is left out."""
    quotes = posted if isinstance(posted, list) else [posted]
    now = ports.clock.now()
    for place, each in enumerate(quotes):
        if wrong := unbelievable(each, ports.market.instrument(each.contract), now):
            raise Refusal(422, f"Quote {place + 1}: {wrong}")
    taken = ports.market.take(quotes)
    await ports.brokers.quotes_moved(taken)
    for each in taken:
        if each.instrument in ports.quoted:
            await ports.bus.publish(QUOTES, each)
    return QuotesTaken(taken=len(taken), older=len(quotes) - len(taken))


@router.get("/orders", tags=["orders"])
async def orders(
    ports: AskPorts,
    signal_id: Asked = None,
    strategy_id: Asked = None,
    live: bool | None = None,
    order_id: OrderIds = None,
    limit: Limit = 50,
) -> Orders:
    """Return orders as recorded, the newest decision first; all that are named where any are."""
    which = OrderFilter(signal_id, strategy_id, live, order_id)
    return Orders(items=tuple(await ports.orders.newest(which, max(limit, len(order_id or ())))))


@router.get("/orders/{order_id}", tags=["orders"], responses=_failures(404))
async def order(order_id: Name, ports: AskPorts) -> OrderRecord:
    """Return one order's whole life."""
    found = await ports.orders.load([order_id])
    if not found:
        raise Refusal(404, "No such order; see /api/v1/orders")
    return found[0]


@router.get("/executions", tags=["orders"])
async def executions(
    ports: AskPorts,
    account: Asked = None,
    since: Since = None,
    order_id: Asked = None,
    signal_id: Asked = None,
    limit: Limit = 50,
) -> Executions:
    """Return executions as recorded, the newest first."""
    which = ExecutionFilter(account, since, order_id, signal_id)
    return Executions(items=tuple(await ports.executions.newest(which, limit)))


@router.get("/accounts", tags=["accounts"])
async def accounts(ports: AskPorts) -> BrokerAccounts:
    """Return the accounts of the desk; a paper account opens when it is first used."""
    return BrokerAccounts(items=tuple(ports.brokers.accounts()))


@router.post("/accounts", tags=["accounts"], status_code=201, responses=_failures(409))
async def open_account(wanted: OpenAccount, ports: AskPorts) -> BrokerAccount:
    """Open a paper account with these balances, or set those of one that has never traded."""
    if any(not 0 <= amount <= MOST_CASH for amount in wanted.cash.values()):
        raise Refusal(422, f"cash: each balance must lie between 0 and {MOST_CASH}")
    try:
        return await ports.brokers.open_paper(wanted.account, wanted.base_currency, wanted.cash)
    except BrokerRejected as refusal:
        raise Refusal(409, str(refusal)) from refusal
    except BrokerUnavailable as silence:
        raise _silent(wanted.account) from silence


@router.get("/accounts/{account}/snapshot", tags=["accounts"], responses=_failures(404))
async def snapshot(account: Name, ports: AskPorts) -> AccountUpdate:
    """Return the account as its broker sees it now."""
    if ports.brokers.account(account) is None:
        raise _unknown_account()
    try:
        await ports.brokers.ensure_open(account)
        return await fresh_snapshot(account, ports)
    except (BrokerUnavailable, BrokerRejected) as silence:
        raise _silent(account) from silence


@router.get("/accounts/{account}/venue-executions", tags=["accounts"], responses=_failures(404))
async def venue_executions(account: Name, ports: AskPorts, since: Since = None) -> VenueExecutions:
    """Return the fills that the venue itself holds, the newest first: what ours are held against."""
    if account not in {known.account for known in ports.brokers.accounts()}:
        raise _unknown_account()
    try:
        fills = await ports.brokers.of(account).executions(account, since or EARLIEST)
    except BrokerUnavailable as silence:
        raise _silent(account) from silence
    return VenueExecutions(items=tuple(_as_told(fill) for fill in reversed(fills)))


def _as_told(fill: BrokerFill) -> VenueExecution:
    return VenueExecution(
        execution_id=fill.execution_id,
        client_order_id=fill.client_order_id,
        account=fill.account,
        instrument=fill.contract.key,
        side=fill.side,
        quantity=fill.quantity,
        price=fill.price,
        commission=fill.commission,
        currency=fill.currency,
        executed_at=fill.executed_at,
        venue_seq=fill.venue_seq,
    )


def _unknown_account() -> Refusal:
    return Refusal(404, "No such account; see /api/v1/accounts")


def _silent(account: str) -> Refusal:
    return Refusal(503, f"The broker of {account} does not answer; try again in a moment")
