"""The steps of the venue: an order arrives, a quote moves, a cancel is asked, a day ends, a group is settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from mathematricks.contracts.base import Side
from mathematricks.contracts.instruments import Instrument, Quote

from execution.adapters.paper.engine.accounts import Account
from execution.adapters.paper.engine.book import GROUP_DONE, Book, Draft, Outcome
from execution.adapters.paper.engine.commissions import Tariff
from execution.adapters.paper.engine.matching import Depth, triggers, walk
from execution.adapters.paper.engine.money import ZERO, exact
from execution.adapters.paper.engine.orders import PaperOrder
from execution.adapters.paper.engine.taken import gone
from execution.domain.instruments import has_expired
from execution.ports import BrokerOrder

IMMEDIATE = frozenset({"IOC", "FOK"})


@dataclass(frozen=True, slots=True)
class Trading:
    """
    What the venue knows of one instrument at one moment.

    Attributes:
        rate: Value of the quote currency in the account's base; None where unknown.
        most: The most that the quote may give of one order; None: whatever it shows.
        others: What other accounts took of this quote, by their side.
    """

    instrument: Instrument
    quote: Quote | None
    rate: Decimal | None
    tariff: Tariff
    depth: Depth
    most: Decimal | None = None
    others: Mapping[Side, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Admission:
    """
    What was judged of an order before it enters the book.

    Attributes:
        refusal: Why it may not enter, empty if it may.
        reserved: Initial margin its opening part ties up, base currency.
        siblings: The other orders of its OCO group, ended ones too.
    """

    refusal: str = ""
    reserved: Decimal = ZERO
    expires_at: datetime | None = None
    siblings: Sequence[PaperOrder] = ()


@exact
def accept(book: Book, asked: BrokerOrder, trading: Trading, admission: Admission, now: datetime) -> Outcome:
    """Return the book after *asked* arrived: refused, filled as far as the quote goes, or resting."""
    draft = Draft(book, now)
    order = PaperOrder(
        asked=asked,
        instrument=trading.instrument,
        number=book.orders + 1,
        accepted_at=draft.at,
        expires_at=admission.expires_at,
        reserved=admission.reserved,
    )
    order = order if order.stop is None else replace(order, triggered=False)
    draft.arrive(order)
    if admission.refusal:
        draft.end(order, "REJECTED", admission.refusal)
        return draft.outcome()
    order = _join_group(draft, draft.put(order), admission.siblings)
    if order.working:
        _trade(draft, order, trading)
    return draft.outcome()


@exact
def quoted(book: Book, orders: Sequence[str], trading: Trading, now: datetime) -> Outcome:
    """Return the book after a new quote met the working *orders* (our ids) of its instrument, oldest first."""
    draft = Draft(book, now)
    for client_order_id in orders:
        if order := draft.find(client_order_id):
            _trade(draft, order, trading)
    return draft.outcome()


def cancelled(book: Book, client_order_id: str, now: datetime) -> Outcome:
    """Return the book without that order; the same book where it does not work."""
    draft = Draft(book, now)
    if order := book.working.get(client_order_id):
        draft.end(order, "CANCELLED", "cancelled as asked")
    return draft.outcome()


def expired(book: Book, now: datetime) -> Outcome:
    """Return the book without the orders whose time, or whose contract's time, has come."""
    draft = Draft(book, now)
    for order in book.working.values():
        if has_expired(order.asked.contract, now):
            draft.end(order, "EXPIRED", f"INSTRUMENT_EXPIRED: {order.asked.contract.expiry}")
        elif order.expires_at is not None and order.expires_at <= now:
            draft.end(order, "EXPIRED", f"{order.asked.time_in_force} order, its day is over")
    return draft.outcome()


def regrouped(book: Book, group: Sequence[PaperOrder], now: datetime) -> Outcome:
    """
    Return the book with the working orders of an OCO *group* reduced by what its others filled.

    A fill and what it takes from its group are two documents; a crash between them is mended here.
    """
    draft = Draft(book, now)
    for order in [book.working[member.id] for member in group if member.id in book.working]:
        others = [member for member in group if member.id != order.id]
        if sum((member.filled for member in others), ZERO) != order.reduced or any(map(_is_filled, others)):
            _join_group(draft, order, others)
    return draft.outcome()


def _join_group(draft: Draft, order: PaperOrder, siblings: Sequence[PaperOrder]) -> PaperOrder:
    """Take from *order* what its group has already filled: its twin may have traded before it arrived."""
    if not siblings:
        return order
    order = replace(order, reduced=sum((member.filled for member in siblings), ZERO))
    if order.open == 0 or any(map(_is_filled, siblings)):
        return draft.end(order, "CANCELLED", GROUP_DONE)
    return draft.put(order)


def _is_filled(order: PaperOrder) -> bool:
    return order.status == "FILLED"


def _trade(draft: Draft, order: PaperOrder, trading: Trading) -> None:
    """Let *order* take what the quote offers, then end it if its time in force says so."""
    quote = trading.quote
    if quote is None or (order.quote_at is not None and quote.at <= order.quote_at):
        return _finish(draft, order)
    if not order.triggered:
        if not triggers(order, quote):
            return None
        order = draft.put(replace(order, triggered=True))
    wanted = _tradable(draft.account, order)
    if trading.most is not None:
        wanted = min(wanted, trading.most)
    side = order.asked.side
    pieces = walk(order, wanted, quote, trading.depth, gone(draft.taken, quote, side) + trading.others.get(side, ZERO))
    taken = sum((size for size, _ in pieces), ZERO)
    if order.asked.time_in_force == "FOK" and taken < order.open:
        pieces = []
    if pieces:
        order = replace(order, quote_at=quote.at, taken=taken)
        draft.took(order)
    for size, price in pieces:
        order = draft.fill(order, size, price, trading.rate, trading.tariff)
    return _finish(draft, order)


def _finish(draft: Draft, order: PaperOrder) -> None:
    if not order.working or not order.triggered:
        return
    if _tradable(draft.account, order) == 0:
        draft.end(order, "CANCELLED", "NOTHING_TO_SELL: spot crypto is sold only as far as it is held")
    elif order.asked.time_in_force in IMMEDIATE:
        draft.end(order, "CANCELLED", f"{order.asked.time_in_force}: the rest found no counterpart within its limit")


def _tradable(account: Account, order: PaperOrder) -> Decimal:
    """Return what may trade of *order*: spot crypto is never sold beyond what is held."""
    if order.asked.side == "BUY" or order.instrument.contract.type != "CRYPTO":
        return order.open
    return max(ZERO, min(order.open, account.held(order.instrument.instrument)))
