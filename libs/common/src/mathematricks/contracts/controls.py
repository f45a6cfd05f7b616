"""Controls: what the desk may do now, and the generation that every claim is made under (RULES 10)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from mathematricks.contracts.base import Id, Instant, Message, Money, Quantity

ControlMode = Literal["freeze_entries", "reduce_only", "cancel_resting", "flatten"]
"""From the mildest to the hardest, each doing what the ones before it do. None of them ever stops an exit (RULES 2)."""
ScopeKind = Literal["desk", "account", "strategy"]
Share = Annotated[Decimal, Field(gt=0, le=10, max_digits=20)]
"""A fraction: 0.05 is 5 %."""
Reason = Annotated[str, Field(min_length=1, max_length=500)]
Person = Annotated[str, Field(min_length=1, max_length=200)]


class Scope(Message):
    """What a control holds for: the whole desk, one account, or one strategy on all its accounts."""

    kind: ScopeKind = "desk"
    name: Annotated[str, Field(max_length=200)] = ""

    def covers(self, account: str, strategy_id: str) -> bool:
        """Return whether an order of *strategy_id* in *account* is within it."""
        return self.kind == "desk" or self.name == (account if self.kind == "account" else strategy_id)

    def __str__(self) -> str:
        return "the desk" if self.kind == "desk" else f"{self.kind} {self.name}"


def _named(scope: Scope) -> Scope:
    if (scope.kind == "desk") == bool(scope.name):
        raise ValueError("name: an account and a strategy have one, the desk has none")
    return scope


WantedScope = Annotated[Scope, AfterValidator(_named)]
"""A scope as somebody names it."""


Symbol = Annotated[Id, AfterValidator(lambda name: name.strip().upper())]
"""As senders' instruments are kept: in capitals."""


class Limits(Message):
    """
    What an entry may not exceed (SEC 15c3-5); None: no limit. Money is in the account's base currency.

    An exit passes them all: only what there is to reduce limits it (RULES 2).
    """

    max_order_quantity: Quantity | None = Field(None, gt=0, description="Units of one order")
    max_order_notional: Money | None = Field(None, gt=0, description="Value of one order")
    max_position: Money | None = Field(None, gt=0, description="Value held and ordered in one instrument, either way")
    max_daily_loss: Money | None = Field(None, gt=0, description="Lost since the UTC day began; entries end there")
    price_collar: Share | None = Field(None, description="How far beyond the middle of the quote an order may pay")
    max_orders_per_second: int | None = Field(None, ge=1, le=100_000, description="Orders sent, exits counted")
    max_repeats: int | None = Field(None, ge=1, le=100_000, description="The same order again within the window")
    repeat_window: int = Field(60, ge=1, le=600, description="Seconds that an order counts as a repeat")
    restricted: tuple[Symbol, ...] = Field((), max_length=1000, description="Instruments or symbols nobody may open")


class Triggers(Message):
    """
    When the kill switch fires by itself; None: never. Shares of equity unless said otherwise.

    At 80 % of a threshold it warns, at 95 % it is critical, at 100 % it fires. A strategy is
    measured against the equity of the accounts it trades in.
    """

    mode: ControlMode = "freeze_entries"
    drawdown: Share | None = Field(None, description="Lost since the highest equity")
    day_loss: Share | None = Field(None, description="Lost since the UTC day began")
    margin: Share | None = Field(None, description="Taken by initial margin")
    cvar: Share | None = Field(
        None, description="Of the whole book a day, as Cerebro last reckoned it; the desk's only"
    )
    rejects: Share | None = Field(None, description="Of the orders sent in five minutes, refused by their venues")
    rejects_of: int = Field(10, ge=1, le=10_000, description="Orders sent below which the rejects say nothing")
    drift: Share | None = Field(None, description="Worth of positions at the venue that no execution explains")
    stale: int | None = Field(None, ge=1, le=86_400, description="Seconds without news of the account or its quotes")


class WantedLimits(Limits):
    """Limits to set; a name that is none of theirs is refused, not forgotten."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WantedTriggers(Triggers):
    """Triggers to set; a name that is none of theirs is refused, not forgotten."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ScopedLimits(Message):
    """The limits of one scope."""

    scope: Scope
    limits: Limits


class ScopedTriggers(Message):
    """The triggers of one scope."""

    scope: Scope
    triggers: Triggers


class Switch(Message):
    """
    The kill switch of one scope, fired.

    ``generation`` is that of the controls since it was fired in this mode: its closing orders are
    named by it. Whoever approves its re-arming is another than who fired it and who asked.
    """

    scope: Scope
    mode: ControlMode
    reason: Reason
    fired_by: Person = Field(description="A person, or `trigger:` and what was measured")
    fired_at: Instant
    generation: int
    drill: bool = Field(False, description="A rehearsal on paper: whoever fired it may re-arm it alone")
    rearm_asked_by: Person | None = None
    rearm_asked_at: Instant | None = None


class Controls(Message):
    """
    Everything that holds orders back: the kill switch, limits, and when it fires by itself.

    ``generation`` counts the changes. Every claim of an order reads and touches this document in
    its own transaction, so that an order already on the bus obeys as well. ``worker`` is the one
    process that may claim: the newest one takes over, and an older one learns it at its next claim.
    """

    generation: int = 0
    switches: tuple[Switch, ...] = ()
    limits: tuple[ScopedLimits, ...] = ()
    triggers: tuple[ScopedTriggers, ...] = ()
    worker: Id
    touched: int = Field(0, description="Counts the claims")
    changed_at: Instant


ControlAct = Literal["limits", "triggers", "fire", "ask_rearm", "rearm"]


class ControlChange(Message):
    """Who changed which control of which scope, when and why, with what stood before and after."""

    change_id: Id
    at: Instant
    by: Person
    act: ControlAct
    scope: Scope
    reason: Annotated[str, Field(max_length=500)] = ""
    generation: int = Field(description="Of the controls after it")
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


class ControlChanges(Message):
    """Changes of the controls, the newest first."""

    items: tuple[ControlChange, ...]


class SetLimits(Message):
    """Put *limits* in the place of a scope's; empty ones remove them."""

    scope: WantedScope = Scope()
    limits: WantedLimits
    reason: Annotated[str, Field(max_length=500)] = ""


MEASURED_OF: Mapping[str, tuple[ScopeKind, ...]] = {
    "cvar": ("desk",),
    "margin": ("desk", "account"),
    "drift": ("desk", "account"),
    "stale": ("desk", "account"),
}
"""Triggers that not every scope has a figure for: one that can never fire must not be thought to be in place."""


class SetTriggers(Message):
    """Put *triggers* in the place of a scope's; empty ones leave the usual watch on margin."""

    scope: WantedScope = Scope()
    triggers: WantedTriggers
    reason: Annotated[str, Field(max_length=500)] = ""

    @model_validator(mode="after")
    def _can_be_measured(self) -> Self:
        for name, kinds in MEASURED_OF.items():
            if getattr(self.triggers, name) is not None and self.scope.kind not in kinds:
                raise ValueError(f"{name}: is measured of the {' and of each '.join(kinds)} only")
        return self


class Fire(Message):
    """Fire the kill switch of a scope, or drive a fired one on to a harder mode."""

    scope: WantedScope = Scope()
    mode: ControlMode
    reason: Reason
    drill: bool = False


class Rearm(Message):
    """Ask for the re-arming of a scope, or approve it."""

    scope: WantedScope = Scope()
    reason: Annotated[str, Field(max_length=500)] = ""


class PlaceReport(Message):
    """What flattening did in one instrument of one account."""

    account: Id
    instrument: Id
    held: Decimal = Field(description="Signed, when the switch was fired")
    closed: Quantity = Field(Decimal(0), description="Units traded at the venue")
    average_price: Decimal | None = None
    crossed: Quantity = Field(Decimal(0), description="Units of strategies against each other, at one price")
    orders: tuple[Id, ...] = Field((), description="The closing orders")
    reversed: bool = Field(False, description="The venue's position went through zero on the way")


class FlattenReport(Message):
    """
    What became of one firing in the mode ``flatten``.

    ``flat_at`` is when nothing was held, working or in doubt any more, strategy by strategy.
    """

    generation: int
    scope: Scope
    fired_by: Person
    fired_at: Instant
    reason: Reason
    drill: bool = False
    entries: int = Field(0, description="Entries that lived when it was fired, cancelled")
    exits: int = Field(0, description="Exits that lived when it was fired, cancelled")
    stops: int = Field(0, description="Stop-losses and take-profits that lived when it was fired, cancelled")
    places: tuple[PlaceReport, ...] = ()
    reversed: int = Field(0, description="Places whose position went through zero")
    waiting: tuple[str, ...] = Field((), description="What it still waits for")
    flat_at: Instant | None = None
    seconds_to_flat: Decimal | None = None


class FlattenReports(Message):
    """Reports of the firings that flattened, the newest first."""

    items: tuple[FlattenReport, ...]


class RiskMarks(Message):
    """The highest and the day's first figure of one scope, by which drawdown and day's loss are measured."""

    scope: Scope
    mode: Literal["LIVE", "PAPER"]
    peak: Money = Field(description="Highest equity; of a strategy, highest profit since inception")
    day: Instant = Field(description="Midnight (UTC) that the day began at")
    day_open: Money = Field(description="The day's first figure")
    measured_at: Instant


LONGEST_DRILL = 75.0
"""Seconds: a drill opens positions for half a minute at most, and has half a minute to be flat."""


class DrillWanted(Message):
    """Rehearse flattening: open small positions on a paper account, with stops and exits in flight, and fire."""

    account: Annotated[str, Field(pattern=r"^paper:[A-Za-z0-9_\-]{1,60}$")]
    positions: int = Field(50, ge=1, le=500)
