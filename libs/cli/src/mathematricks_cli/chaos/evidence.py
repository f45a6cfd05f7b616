"""What a run has left behind, as everyone who keeps something of it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mathematricks.contracts.decisions import Decision
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.orders import OrderRecord
from mathematricks.contracts.paper import PaperOrderRecord

from mathematricks_cli.books import Balance
from mathematricks_cli.chaos.sending import Answered

Wrong = Literal["lost", "doubled", "orphaned", "unexplained"]


@dataclass(frozen=True)
class Breach:
    """One promise that was not kept, and where."""

    wrong: Wrong
    what: str


@dataclass(frozen=True)
class Decided:
    """One decision as it was recorded: with the texts of what it was made from and of what it came to."""

    decision: Decision
    inputs: str
    output: str

    @classmethod
    def read(cls, inputs: str, output: str) -> Decided:
        """Return the decision that the texts tell of."""
        return cls(Decision.model_validate_json(output), inputs, output)


@dataclass(frozen=True)
class Accepted:
    """One signal as it was recorded."""

    signal_id: str
    external_id: str
    strategy_id: str
    strategy_seq: int


@dataclass(frozen=True)
class Evidence:
    """
    Everything that the checks read.

    Attributes:
        answers: What the front door said to each signal.
        venue_orders: The venue's own book, ended orders too.
        debts: By collection, records whose effect was never seen.
        dead_letters: By topic, messages that nobody could handle.
        alerts: Keys of the alerts that were recorded.
        balance: Every figure as each of its keepers says it.
        not_ready: Processes that take no work at the end.
    """

    answers: Sequence[Answered] = ()
    signals: Sequence[Accepted] = ()
    decisions: Sequence[Decided] = ()
    orders: Mapping[str, OrderRecord] = field(default_factory=dict)
    executions: Sequence[Execution] = ()
    venue_orders: Sequence[PaperOrderRecord] = ()
    debts: Mapping[str, int] = field(default_factory=dict)
    dead_letters: Mapping[str, int] = field(default_factory=dict)
    alerts: frozenset[str] = frozenset()
    balance: Balance = field(default_factory=lambda: Balance((), ()))
    not_ready: tuple[str, ...] = ()
