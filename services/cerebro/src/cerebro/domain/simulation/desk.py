"""The simulated desk: its book goes on by the decisions that the real one would make, filled at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from mathematricks.accounting.lots import ZERO
from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.decisions import Decision
from mathematricks.contracts.signals import StandardSignal

from cerebro.domain.book import Book
from cerebro.domain.book_orders import OrderNews
from cerebro.domain.decision import decide
from cerebro.domain.folding import after_decision, after_news, after_snapshot
from cerebro.domain.inputs import Allotted, DecisionInputs, Market, Ordinal, Risk
from cerebro.domain.policy import Policy
from cerebro.domain.reading import read_book
from cerebro.domain.routing import account_for
from cerebro.domain.simulation.floor import ACCOUNT, CURRENCY, Stall
from cerebro.domain.tail_risk import History

VERSION = "sandbox"
PAPER = "paper:" + ACCOUNT
TICK = timedelta(seconds=1)
CENT = Decimal("0.01")


@dataclass
class Tally:
    """What was decided of one strategy."""

    decided: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    shrunk: Counter[str] = field(default_factory=Counter)


class SimulatedDesk:
    """
    One portfolio on paper. Nothing here sizes or refuses anything: ``decide`` does, and the book folds.

    Money is exact here, as it is for the desk; the fold over the days gives and takes it as a float.
    """

    def __init__(self, policy: Policy, delay: timedelta, since: datetime) -> None:
        self._policy, self._delay = policy, delay
        self._book = Book("paper")
        self._now = since
        self._numbers: Counter[str] = Counter()
        self.tallies: dict[str, Tally] = {}

    def see(self, at: datetime, equity: float, margin: float) -> None:
        """Show the desk its account: *equity*, and the initial *margin* that its positions tie up."""
        self._now = max(at, self._now + TICK)
        worth, tied = (Decimal(repr(round(one, 2))).quantize(CENT) for one in (equity, margin))
        self._book = after_snapshot(
            self._book,
            AccountUpdate(
                account=PAPER,
                mode="PAPER",
                base_currency=CURRENCY,
                equity=worth,
                cash_balance=worth,
                buying_power=worth,
                excess_liquidity=worth - tied,
                initial_margin=tied,
                margin_used=tied,
                margin_available=worth - tied,
                unrealized_pnl=ZERO,
                realized_pnl=ZERO,
                as_of=self._now,
            ),
        )

    def close(self, stall: Stall) -> None:
        """Have the strategy close all that it holds."""
        if self.held(stall):
            self._decide(stall, self._signal(stall, "EXIT"), Allotted(), Market(), None)

    def open(self, stall: Stall, allotted: Allotted, moved: float, history: History | None) -> Decimal:
        """Have the strategy open a position in a market that has *moved*; return the units that it got."""
        signal = self._signal(stall, "ENTRY")
        self._decide(stall, signal, allotted, stall.market(moved, self._now), history)
        return self.held(stall)

    def held(self, stall: Stall) -> Decimal:
        """Return the units that the strategy holds."""
        return self._book.stack(stall.name, stall.key).units

    def _signal(self, stall: Stall, kind: str) -> StandardSignal:
        self._numbers[stall.name] += 1
        self._now += TICK
        return stall.signal("EXIT" if kind == "EXIT" else "ENTRY", self._numbers[stall.name], self._now, self._delay)

    def _decide(
        self, stall: Stall, signal: StandardSignal, allotted: Allotted, market: Market, history: History | None
    ) -> None:
        account = account_for(stall.strategy, self._book.portfolio)
        decision = decide(
            DecisionInputs(
                signal=signal,
                strategy=stall.strategy,
                allotted=allotted,
                book=read_book(self._book, signal, account, stall.strategy.sizing),
                market=market,
                day=None,
                policy=self._policy,
                ordinal=Ordinal(seq=self._book.seq + 1, epoch=0, version=VERSION, code_version=VERSION),
                now=self._now,
                risk=self._risk(stall.name, history),
            ),
            history,
        )
        self._book = after_decision(self._book, decision)
        for order in decision.orders:
            filled = order.quantity or ZERO
            self._book = after_news(self._book, OrderNews(order.order_id, 1, True, filled, self._now))
        self._note(stall.name, decision)

    def _risk(self, strategy: str, history: History | None) -> Risk | None:
        if history is None:
            return None
        return Risk(history.history_id, dict(sorted(self._book.in_use.items())), history.knows(strategy))

    def _note(self, strategy: str, decision: Decision) -> None:
        tally = self.tallies.setdefault(strategy, Tally())
        tally.decided += 1
        if decision.reason is None:
            return
        counted = tally.shrunk if decision.orders else tally.refused
        counted[str(decision.reason)] += 1
