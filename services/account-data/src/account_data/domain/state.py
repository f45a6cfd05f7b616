"""An account as we serve it: the broker's figures, and our sub-ledgers that sum to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext

from mathematricks.accounting.pnl import SETTLES_RESULT_ONLY, to_base, unrealized_pnl
from mathematricks.accounting.position import EXACT, ZERO, booked, total
from mathematricks.contracts.accounts import AccountMargin, AccountState, StrategyPosition, SubLedger
from mathematricks.contracts.base import Currency
from mathematricks.contracts.executions import UNATTRIBUTED

from account_data.domain.freshness import View, midnight, rolled
from account_data.domain.holding import Chain
from account_data.domain.ledger import NET, Books, Key


@dataclass(frozen=True)
class Marks:
    """Market prices by instrument, and base currency per unit of each currency, as last known."""

    prices: Mapping[str, Decimal]
    rates: Mapping[Currency, Decimal]

    def price(self, instrument: str, chain: Chain) -> Decimal:
        """Return the market price, or the last one traded at where none was ever reported."""
        return self.prices.get(instrument, chain.head.last_price)

    def rate(self, chain: Chain) -> Decimal:
        """Return the rate of the chain's currency, or that of its newest fill."""
        return self.rates.get(chain.currency, chain.head.fx_rate)


def marks_of(view: View | None) -> Marks:
    """Return the marks that the broker last reported."""
    if view is None:
        return Marks({}, {})
    return Marks(view.marks, {view.update.base_currency: Decimal(1), **view.update.rates})


def account_state(books: Books, view: View, now: datetime) -> AccountState:
    """Return the state of the account as of *now*, which says what counts as today."""
    view = rolled(view, now)
    marks = marks_of(view)
    figures = {name: getattr(view.update, name) for name in type(view.update).model_fields}
    held = {key: chain for key, chain in _attributed(books).items() if chain.head.position.quantity}
    return AccountState(
        **figures,
        sub_ledgers=sub_ledgers(books, marks, now.date()),
        positions=tuple(position(books.account, key, chain, marks) for key, chain in sorted(held.items())),
        deposits=dict(books.deposits),
        through_seq=books.seq,
        day=midnight(view.day),
        day_open_equity=view.open_equity,
        day_open_unrealized=view.open_unrealized,
    )


def margin(view: View) -> AccountMargin:
    """Return how much of the account's equity margin ties up."""
    update = view.update
    figures = {name: getattr(update, name) for name in AccountMargin.model_fields if name != "utilization"}
    share = round(update.initial_margin / update.equity, 6) if update.equity > 0 else None
    return AccountMargin(**figures, utilization=share)


def positions(books: Books, view: View | None, *, flat: bool = False) -> tuple[StrategyPosition, ...]:
    """Return the open positions by strategy and instrument, and the *flat* ones where asked for."""
    marks = marks_of(view)
    chains = sorted(_attributed(books).items())
    return tuple(
        position(books.account, key, chain, marks) for key, chain in chains if flat or chain.head.position.quantity
    )


def position(account: str, key: Key, chain: Chain, marks: Marks) -> StrategyPosition:
    """Return one strategy's position as served, marked to the market."""
    strategy_id, instrument = key
    held = chain.head.position
    mark = marks.price(instrument, chain)
    return StrategyPosition(
        account=account,
        strategy_id=strategy_id,
        instrument=instrument,
        contract=chain.contract,
        quantity=held.quantity,
        average_price=held.average_price,
        multiplier=held.multiplier,
        currency=chain.currency,
        realized_pnl=held.realized_pnl,
        commission=held.commission,
        market_price=mark,
        unrealized_pnl=unrealized_pnl(held, mark),
    )


def sub_ledgers(books: Books, marks: Marks, today: date) -> tuple[SubLedger, ...]:
    """
    Return one line per strategy, and ``unattributed`` for what no strategy explains.

    Their cash sums to the account's less its deposits, whatever was corrected: the remainder (and
    what the venue settled because strategies' margined positions met) is unattributed.
    """
    by_strategy: dict[str, list[tuple[str, Chain]]] = {UNATTRIBUTED: []}
    for (strategy_id, instrument), chain in sorted(_attributed(books).items()):
        by_strategy.setdefault(strategy_id, []).append((instrument, chain))
    lines = [_line(name, chains, marks, today) for name, chains in by_strategy.items() if name != UNATTRIBUTED]
    rest = _line(UNATTRIBUTED, by_strategy[UNATTRIBUTED], marks, today)
    flows = account_flows(books)
    unexplained = {
        name: total([flows[name], *(line.cash.get(name, ZERO).copy_negate() for line in lines)]) for name in flows
    }
    return (*lines, rest.model_copy(update={"cash": {name: cash for name, cash in unexplained.items() if cash}}))


def account_flows(books: Books) -> dict[Currency, Decimal]:
    """Return what the account's cash has moved by since it was opened, per currency."""
    flows = [(chain.currency, chain.head.cash) for key, chain in books.chains.items() if _settles(key, chain)]
    return _by_currency([*flows, *books.corrections.items()])


def account_cash(books: Books) -> dict[Currency, Decimal]:
    """Return the account's cash as our books have it, per currency."""
    return _by_currency([*account_flows(books).items(), *books.deposits.items()])


def account_quantities(books: Books) -> dict[str, Decimal]:
    """Return the account's net position per instrument as our books have it."""
    net: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for (_, instrument), chain in _attributed(books).items():
            net[instrument] = net.get(instrument, ZERO) + chain.head.position.quantity
    return net


def _attributed(books: Books) -> dict[Key, Chain]:
    return {key: chain for key, chain in books.chains.items() if key[0] != NET}


def _settles(key: Key, chain: Chain) -> bool:
    """Whether the venue's cash follows this chain: margined instruments settle net, others each."""
    return (key[0] == NET) == (chain.contract.type in SETTLES_RESULT_ONLY)


def _line(strategy_id: str, chains: list[tuple[str, Chain]], marks: Marks, today: date) -> SubLedger:
    heads = [chain.head for _, chain in chains]
    return SubLedger(
        strategy_id=strategy_id,
        realized_pnl=total(head.realized_base for head in heads),
        commission=total(head.commission_base for head in heads),
        realized_today=total(head.realized_day for head in heads if head.day == today),
        unrealized_pnl=total(
            to_base(unrealized_pnl(chain.head.position, marks.price(instrument, chain)), marks.rate(chain))
            for instrument, chain in chains
            if chain.head.position.quantity
        ),
        cash=_by_currency((chain.currency, chain.head.cash) for _, chain in chains),
    )


def _by_currency(amounts: Iterable[tuple[Currency, Decimal]]) -> dict[Currency, Decimal]:
    summed: dict[Currency, Decimal] = {}
    with localcontext(EXACT):
        for currency, amount in amounts:
            summed[currency] = booked(summed.get(currency, ZERO) + amount)
    return summed
