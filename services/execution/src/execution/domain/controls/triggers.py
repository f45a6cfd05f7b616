"""Triggers: how each scope stands, how near each threshold that is, and when the kill switch fires by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from mathematricks.contracts.base import Mode
from mathematricks.contracts.controls import Controls, RiskMarks, Scope, Switch, Triggers
from mathematricks.contracts.orders import OrderRecord

ZERO = Decimal(0)
WARNS, CRITICAL, FIRES = Decimal("0.80"), Decimal("0.95"), Decimal(1)
"""Shares of a threshold (RULES 10)."""
Level = Literal["calm", "warning", "critical", "fire"]
USUAL = Triggers(margin=Decimal("0.40"))
"""Watched where nothing else is set: the gate that holds before each entry holds between them too (RULES 3, 10)."""
NOTHING = Triggers()
WINDOW = timedelta(minutes=5)
"""In which the rejects are counted."""
BY = "trigger:"


@dataclass(frozen=True)
class StrategyResult:
    """What one strategy has made on one account, in the account's base currency, net of commission."""

    account: str
    strategy_id: str
    today: Decimal
    ever: Decimal


@dataclass(frozen=True)
class Standing:
    """
    How a scope stands; None: not known, and then that trigger says nothing.

    Attributes:
        equity: What shares are taken of, now; *at_peak* and *at_open* what they were taken of then.
        from_peak: Lost since the highest equity.
        today: Lost since the day began; negative: made.
        margin: Initial margin.
        drift: Worth of the positions that no execution explains.
        cvar: Of the whole book, a share of equity a day.
        silence: How long nothing was heard of an account, or of the quotes of what it holds.
    """

    equity: Decimal | None = None
    at_peak: Decimal | None = None
    at_open: Decimal | None = None
    from_peak: Decimal | None = None
    today: Decimal | None = None
    margin: Decimal | None = None
    drift: Decimal | None = None
    sent: int = 0
    rejected: int = 0
    silence: timedelta | None = None
    cvar: Decimal | None = None


@dataclass(frozen=True)
class Reading:
    """One trigger measured: what it is, and the threshold at which it fires."""

    name: str
    measured: Decimal
    threshold: Decimal

    @property
    def level(self) -> Level:
        """How far it has come (RULES 10): 80 % of the threshold warns, 95 % is critical, 100 % fires."""
        share = self.measured / self.threshold
        if share >= FIRES:
            return "fire"
        return "critical" if share >= CRITICAL else "warning" if share >= WARNS else "calm"

    @property
    def said(self) -> str:
        """The measure in words."""
        if self.name == "stale":
            return f"nothing was heard for {self.measured:.0f} s of {self.threshold:.0f} s"
        return f"{self.name} is {self.measured:.2%} of {self.threshold:.2%}"


def triggers_of(controls: Controls, scope: Scope) -> tuple[Triggers, ...]:
    """
    Return the triggers of exactly this scope: what was set, and the usual watch on margin of desk and accounts.

    Margin is watched all the time (RULES 10): only another threshold for it takes the place of the usual one,
    which freezes entries whatever mode the other triggers fire in.
    """
    told = tuple(each.triggers for each in controls.triggers if each.scope == scope)
    if scope.kind == "strategy" or any(each.margin is not None for each in told):
        return told
    return (*told, USUAL)


def readings(triggers: Triggers, standing: Standing) -> Iterator[Reading]:
    """Yield every trigger that is set and can be measured."""
    shares = (
        ("drawdown", triggers.drawdown, standing.from_peak, standing.at_peak),
        ("day_loss", triggers.day_loss, standing.today, standing.at_open),
        ("margin", triggers.margin, standing.margin, standing.equity),
        ("drift", triggers.drift, standing.drift, standing.equity),
    )
    for name, threshold, amount, whole in shares:
        if threshold is not None and amount is not None and whole is not None:
            yield Reading(name, _share(amount, whole, threshold), threshold)
    if triggers.cvar is not None and standing.cvar is not None:
        yield Reading("cvar", standing.cvar, triggers.cvar)
    if triggers.rejects is not None and standing.sent >= triggers.rejects_of:
        yield Reading("rejects", Decimal(standing.rejected) / standing.sent, triggers.rejects)
    if triggers.stale is not None and standing.silence is not None:
        yield Reading("stale", Decimal(str(standing.silence.total_seconds())), Decimal(triggers.stale))


def lifts(switch: Switch, reading: Reading) -> bool:
    """
    Return whether a freeze that margin caused is over: nobody need judge what the gate judges before each entry.

    It takes 95 % of the threshold, so that it does not flutter; and nobody has driven it on to another mode.
    """
    caused = switch.fired_by == f"{BY}{reading.name}" and reading.name == "margin"
    return caused and switch.mode == "freeze_entries" and reading.level in ("calm", "warning")


def marked(known: RiskMarks | None, of: tuple[Scope, Mode], figure: Decimal, now: datetime) -> RiskMarks:
    """Return the marks once *figure* was measured; the first of a UTC day opens it."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    scope, mode = of
    if known is None:
        return RiskMarks(scope=scope, mode=mode, peak=figure, day=midnight, day_open=figure, measured_at=now)
    fields = {"measured_at": now, "peak": max(known.peak, figure)}
    if known.day != midnight:
        fields |= {"day": midnight, "day_open": figure}
    return known.model_copy(update=fields)


def moved(before: RiskMarks | None, after: RiskMarks) -> bool:
    """Return whether the marks say something new, so that they are worth keeping."""
    return before is None or (before.peak, before.day, before.day_open) != (after.peak, after.day, after.day_open)


def rejects(orders: Iterable[OrderRecord], since: datetime) -> tuple[int, int]:
    """Return how many attempts of *orders* were begun since then, and how many of them their venues refused."""
    attempts = [attempt for order in orders for attempt in order.attempts if attempt.begun_at >= since]
    return len(attempts), sum(attempt.outcome == "REJECTED" for attempt in attempts)


def _share(amount: Decimal, whole: Decimal, threshold: Decimal) -> Decimal:
    """Of nothing, anything is too much."""
    if whole > 0:
        return max(ZERO, amount) / whole
    return threshold if amount > 0 else ZERO
