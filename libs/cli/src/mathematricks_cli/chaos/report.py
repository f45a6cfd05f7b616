"""The report of a run: a tally, every breach by name, what each blow did; for people and as a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from mathematricks_cli.chaos.breaker import Felt
from mathematricks_cli.chaos.evidence import Breach, Evidence
from mathematricks_cli.chaos.plan import Options

SLOWEST_RECOVERY = 5.0
"""Seconds from a killed process's return to correct positions; more is a breach."""
SHOWN = 25


@dataclass(frozen=True)
class Tally:
    """What a run came to, in numbers."""

    sent: int
    accepted: int
    decided: int
    approved: int
    submitted: int
    filled: int
    executions: int
    lost: int
    doubled: int
    orphaned: int
    unexplained: int
    killed: int
    at_fail_points: int
    faults: int
    slowest_recovery: float | None
    median_recovery: float | None


@dataclass(frozen=True)
class Report:
    """Everything about one run."""

    options: Options
    tally: Tally
    breaches: Sequence[Breach]
    felt: Sequence[Felt]
    kinds: Mapping[str, int]
    seconds: Mapping[str, float]
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether every promise was kept."""
        return not self.breaches

    def as_document(self) -> dict[str, Any]:
        """Return it as JSON is written from it."""
        return {
            "good": self.good,
            "options": asdict(self.options),
            "tally": asdict(self.tally),
            "breaches": [asdict(each) for each in self.breaches],
            "signals": dict(self.kinds),
            "seconds": dict(self.seconds),
            "blows": [each.as_document() for each in self.felt],
            "versions": dict(self.versions),
        }


def tally_of(sent: int, evidence: Evidence, felt: Sequence[Felt], breaches: Sequence[Breach]) -> Tally:
    """Return the numbers of a run."""
    wrong = Counter(each.wrong for each in breaches)
    recoveries = [each.recovery for each in felt if each.recovery is not None]
    return Tally(
        sent=sent,
        accepted=len(evidence.signals),
        decided=len(evidence.decisions),
        approved=sum(each.decision.outcome != "REFUSED" for each in evidence.decisions),
        submitted=sum(bool(order.attempts) for order in evidence.orders.values()),
        filled=len({each.signal_id for each in evidence.executions if each.signal_id}),
        executions=len(evidence.executions),
        lost=wrong["lost"],
        doubled=wrong["doubled"],
        orphaned=wrong["orphaned"],
        unexplained=wrong["unexplained"],
        killed=sum(len(each.died) for each in felt),
        at_fail_points=sum(each.at_point is not None for each in felt),
        faults=sum(each.blow.kind == "fault" for each in felt),
        slowest_recovery=max(recoveries, default=None),
        median_recovery=round(median(recoveries), 3) if recoveries else None,
    )


def slow_recoveries(felt: Sequence[Felt]) -> list[Breach]:
    """Return the deaths after which the books were wrong for too long."""
    slow = [each for each in felt if each.died and (each.recovery is None or each.recovery > SLOWEST_RECOVERY)]
    return [
        Breach("unexplained", f"after {', '.join(each.died)} came back, positions were wrong for {_seconds(each)}")
        for each in slow
    ]


def lines_of(report: Report) -> list[str]:
    """Return what a person reads."""
    tally, seconds = report.tally, report.seconds
    slowest = "–" if tally.slowest_recovery is None else f"{tally.slowest_recovery:.1f} s"
    middle = "–" if tally.median_recovery is None else f"{tally.median_recovery:.1f} s"
    lines = [
        f"seed {report.options.seed}: {tally.sent} signals sent, {sum(seconds.values()):.0f} s",
        f"  accepted {tally.accepted}   decided {tally.decided} ({tally.approved} approved)"
        f"   orders submitted {tally.submitted}   signals filled {tally.filled}   fills {tally.executions}",
        f"  lost {tally.lost}   doubled {tally.doubled}   orphaned {tally.orphaned}   unexplained {tally.unexplained}",
        f"  killed {tally.killed} ({tally.at_fail_points} between two steps)   faults {tally.faults}"
        f"   back to correct positions in {middle}, at most {slowest}",
    ]
    lines += [f"  BREACH {each.wrong}: {each.what}" for each in report.breaches[:SHOWN]]
    if len(report.breaches) > SHOWN:
        lines.append(f"  … and {len(report.breaches) - SHOWN} more breaches")
    return lines


def _seconds(felt: Felt) -> str:
    return "longer than anyone waited" if felt.recovery is None else f"{felt.recovery:.1f} s"
