"""The signals of a run: stories told by several strategies at once, by seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from mathematricks.contracts.instruments import Contract
from mathematricks.contracts.rest import MarketQuestion

from mathematricks_cli.chaos.stories import USUAL, Instrument, Line, Scene, Story

Route = Literal["passphrase", "token", "mac", "websocket"]
ROUTES: tuple[Route, ...] = ("passphrase", "token", "mac", "websocket")
"""Ways by which a sender shows who it is."""
ACCOUNTS = ("Chaos_A", "Chaos_B")
STRATEGIES_EACH = 6
SHARE = 8
"""Per cent of the equity that each strategy may use: all of them at once want more margin than there is."""
MARKET = (
    Instrument("CHAA", "STOCK", 100.0, 400),
    Instrument("CHAB", "STOCK", 40.0, 900),
    Instrument("CHAC", "STOCK", 250.0, 150),
    Instrument("CHAD", "STOCK", 75.0, 500),
    Instrument("CHAE", "STOCK", 12.5, 3000),
    Instrument("CHAF", "STOCK", 180.0, 220),
    Instrument("EURUSD", "FOREX", 1.085, 30_000),
    Instrument("ETH/USD", "CRYPTO", 3400.0, 8, shortable=False),
)
STOCKS_OF_A_STRATEGY = 3
COPIED, REPEATED = 0.08, 0.06
"""How often a signal is sent several times at once, and how often it is sent once more much later."""
MOST_COPIES = 5


@dataclass(frozen=True)
class Strategy:
    """One strategy of the run: its account, its sender, and what it trades."""

    name: str
    account: str
    sender: str
    instruments: tuple[Instrument, ...]


@dataclass(frozen=True)
class Planned:
    """
    One signal to send.

    Attributes:
        name: The sender's signalID.
        body: As it is sent, but for time and secret.
        says: What it does.
        hurried: It is sent as soon as the one before it was answered, out of its turn.
        copies: So often it is sent at the same time.
        repeats: Signals of the strategy after which it is sent once more; 0: never.
    """

    strategy: str
    name: str
    body: Mapping[str, Any]
    says: str
    route: Route
    hurried: bool = False
    copies: int = 1
    repeats: int = 0


def market_question() -> MarketQuestion:
    """Return what makes a demo's market quote every instrument at its price, whoever names another one first."""
    contracts = {each: Contract.model_validate({"symbol": each.symbol, "type": each.kind}) for each in MARKET}
    seen = {contract.key: Decimal(str(each.price)) for each, contract in contracts.items()}
    return MarketQuestion(contracts=tuple(contracts.values()), base_currency="USD", seen=seen)


def strategies_of(seed: int) -> tuple[Strategy, ...]:
    """Return the strategies of a run: several on each account, which share instruments."""
    dice = random.Random(f"strategies {seed}")  # noqa: S311 - chance that can be repeated, no secret
    stocks = [each for each in MARKET if each.kind == "STOCK"]
    others = [each for each in MARKET if each.kind != "STOCK"]
    return tuple(
        Strategy(
            name=f"{account} {number}",
            account=account,
            sender=f"chaos-{account[-1].lower()}{number % 2}",
            instruments=(*dice.sample(stocks, STOCKS_OF_A_STRATEGY), dice.choice(others)),
        )
        for account in ACCOUNTS
        for number in range(STRATEGIES_EACH)
    )


def signals_of(seed: int, count: int, strategies: Sequence[Strategy]) -> dict[str, tuple[Planned, ...]]:
    """Return *count* signals in the order of each strategy, whole stories only."""
    told: dict[str, list[Planned]] = {each.name: [] for each in strategies}
    dice = random.Random(f"signals {seed}")  # noqa: S311 - chance that can be repeated, no secret
    left = count
    while left:
        strategy = min(dice.sample(strategies, 2), key=lambda each: len(told[each.name]))
        lines = _story(strategy, left, dice)
        left -= len(lines)
        told[strategy.name] += _signed(strategy, lines, len(told[strategy.name]), dice)
    return {name: tuple(signals) for name, signals in told.items()}


def kinds_in(signals: Mapping[str, Sequence[Planned]]) -> Counter[str]:
    """Return how many signals there are of each kind."""
    return Counter(each.says for stream in signals.values() for each in stream)


def _story(strategy: Strategy, most: int, dice: random.Random) -> list[Line]:
    stories: list[Story] = [story for story, often in USUAL for _ in range(often)]
    while True:
        lines = dice.choice(stories)(Scene(strategy.instruments, dice))
        if len(lines) <= most:
            return lines


def _signed(strategy: Strategy, lines: Sequence[Line], first: int, dice: random.Random) -> Iterator[Planned]:
    names = [f"{strategy.name.replace(' ', '-')}-{first + place}" for place in range(len(lines))]
    for line, name in zip(lines, names, strict=True):
        named = {} if line.names is None else {"entry_signal_id": names[line.names]}
        yield Planned(
            strategy=strategy.name,
            name=name,
            body={"strategy_name": strategy.name, "signalID": name, **line.body, **named},
            says=line.says,
            route=dice.choice(ROUTES),
            hurried=line.hurried,
            copies=dice.randint(2, MOST_COPIES) if dice.random() < COPIED else 1,
            repeats=dice.randint(5, 40) if dice.random() < REPEATED else 0,
        )
