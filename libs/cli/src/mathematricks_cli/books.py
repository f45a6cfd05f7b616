"""Do the books balance? Every figure beside what each keeper of it says, and the differences named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mathematricks.accounting.pnl import cash_effect
from mathematricks.accounting.position import FLAT, Position, apply_fill, sort_key
from mathematricks.contracts.executions import Execution

TOLERANCE = Decimal("0.000001")
"""Keepers cut the share of a cost that a partial close releases at different decimals, never this far up."""

ZERO = Decimal(0)
Amounts = Mapping[str, Decimal]


@dataclass(frozen=True)
class Keepers:
    """
    What everybody says of one account. Positions are signed units by instrument, cash is by currency.

    Attributes:
        venue_fills: Ids of the executions that the venue holds.
        executions: What we recorded of them.
        booked_fills: Ids that account-data has applied.
        positions: By strategy, then instrument.
        sub_ledgers: Effect on cash by strategy, then currency.
        state_cash: The account's cash as account-data serves it.
        dashboard: Positions by strategy, then instrument, as the overview shows them.
    """

    account: str
    venue_fills: frozenset[str]
    venue_positions: Amounts
    venue_cash: Amounts
    executions: tuple[Execution, ...]
    booked_fills: frozenset[str]
    positions: Mapping[str, Amounts]
    sub_ledgers: Mapping[str, Amounts]
    state_cash: Amounts
    dashboard: Mapping[str, Amounts]
    deposits: Amounts


@dataclass(frozen=True)
class Figure:
    """One figure of one account and what each keeper says it is."""

    account: str
    what: str
    said: Amounts

    @property
    def agrees(self) -> bool:
        return max(self.said.values()) - min(self.said.values()) <= TOLERANCE


@dataclass(frozen=True)
class MissingFills:
    """Executions that one keeper has and another does not."""

    account: str
    holder: str
    lacking: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Balance:
    """Every figure, and every fill that somebody lacks."""

    figures: tuple[Figure, ...]
    missing: tuple[MissingFills, ...]

    @property
    def differences(self) -> tuple[Figure, ...]:
        return tuple(figure for figure in self.figures if not figure.agrees)

    @property
    def balances(self) -> bool:
        return not self.differences and not self.missing


def balance(accounts: Iterable[Keepers]) -> Balance:
    """Return every figure of *accounts* with what each keeper says, and the fills that somebody lacks."""
    each = tuple(accounts)
    figures = tuple(figure for keepers in each for figure in _figures(keepers))
    return Balance(figures, tuple(lack for keepers in each for lack in _missing(keepers)))


def _figures(keepers: Keepers) -> list[Figure]:
    by_instrument = folded(keepers.executions)
    effects = cash_effects(keepers.executions)
    return [
        *_position_figures(keepers, {name: position.quantity for name, position in by_instrument.items()}),
        *_strategy_figures(keepers),
        *_cash_figures(keepers, effects),
    ]


def folded(executions: Iterable[Execution]) -> dict[str, Position]:
    """Return the position that *executions* come to, by instrument."""
    positions: dict[str, Position] = defaultdict(lambda: FLAT)
    for execution in sorted(executions, key=sort_key):
        positions[execution.instrument] = apply_fill(positions[execution.instrument], execution)
    return dict(positions)


def cash_effects(executions: Iterable[Execution]) -> dict[str, Decimal]:
    """Return what *executions* of one account did to its cash, by currency."""
    effects: dict[str, Decimal] = defaultdict(lambda: ZERO)
    positions: dict[str, Position] = defaultdict(lambda: FLAT)
    for execution in sorted(executions, key=sort_key):
        before = positions[execution.instrument]
        after = positions[execution.instrument] = apply_fill(before, execution)
        realized = after.realized_pnl - before.realized_pnl
        effects[execution.currency] += cash_effect(execution.contract.type, execution, realized)
    return dict(effects)


def _position_figures(keepers: Keepers, executed: Amounts) -> list[Figure]:
    said = {
        "venue": keepers.venue_positions,
        "executions": executed,
        "positions": _summed(keepers.positions),
        "dashboard": _summed(keepers.dashboard),
    }
    return [_figure(keepers.account, f"position {name}", name, said) for name in _names(said)]


def _strategy_figures(keepers: Keepers) -> list[Figure]:
    executed: dict[str, Amounts] = {
        strategy: {name: position.quantity for name, position in folded(fills).items()}
        for strategy, fills in _by_strategy(keepers.executions).items()
    }
    figures = []
    for strategy in sorted({*executed, *keepers.positions, *keepers.dashboard}):
        said = {
            "executions": executed.get(strategy, {}),
            "positions": keepers.positions.get(strategy, {}),
            "dashboard": keepers.dashboard.get(strategy, {}),
        }
        figures += [_figure(keepers.account, f"position {name} of {strategy}", name, said) for name in _names(said)]
    return figures


def _cash_figures(keepers: Keepers, effects: Amounts) -> list[Figure]:
    deposits = keepers.deposits
    owned = {
        "venue": keepers.venue_cash,
        "account state": keepers.state_cash,
        "deposits and executions": _added(deposits, effects),
        "deposits and sub-ledgers": _added(deposits, _summed(keepers.sub_ledgers)),
    }
    return [_figure(keepers.account, f"cash {name}", name, owned) for name in _names(owned)]


def _missing(keepers: Keepers) -> list[MissingFills]:
    recorded = frozenset(execution.execution_id for execution in keepers.executions)
    traded = frozenset(execution.execution_id for execution in keepers.executions if not execution.crossed)
    held = {"venue": keepers.venue_fills, "executions": recorded, "account ledger": keepers.booked_fills}
    held["executions at a venue"] = traded
    pairs = [("venue", "executions"), ("executions at a venue", "venue"), ("executions", "account ledger")]
    pairs += [("account ledger", "executions")]
    return [
        MissingFills(keepers.account, holder, lacking, tuple(sorted(ids)))
        for holder, lacking in pairs
        if (ids := held[holder] - held[lacking])
    ]


def _figure(account: str, what: str, name: str, said: Mapping[str, Amounts]) -> Figure:
    return Figure(account, what, {keeper: amounts.get(name, ZERO) for keeper, amounts in said.items()})


def _names(said: Mapping[str, Amounts]) -> list[str]:
    return sorted({name for amounts in said.values() for name in amounts})


def _summed(parts: Mapping[str, Amounts]) -> dict[str, Decimal]:
    return _added(*parts.values())


def _added(*parts: Amounts) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for part in parts:
        for name, amount in part.items():
            sums[name] += amount
    return dict(sums)


def _by_strategy(executions: Sequence[Execution]) -> dict[str, list[Execution]]:
    parts: dict[str, list[Execution]] = defaultdict(list)
    for execution in executions:
        parts[execution.strategy_id].append(execution)
    return parts
