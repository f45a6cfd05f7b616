"""Who decides: a promotion is an entry of the sequence, so nobody can decide past it unknowingly (RULES 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mathematricks.contracts.decisions import Authority, Promotion
from mathematricks.contracts.shadows import Reign

from cerebro.domain.inputs import DecisionInputs
from cerebro.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Act:
    """Who promotes, why and when."""

    by: str
    reason: str
    at: datetime


def promotion_of(version: str, reigning: Authority, head: int, act: Act) -> Promotion | None:
    """Return the entry after *head* that gives *version* the authority; None where it has it already."""
    if reigning.version == version:
        return None
    return Promotion(
        portfolio=reigning.portfolio,
        seq=head + 1,
        epoch=reigning.epoch + 1,
        version=version,
        before=reigning.version,
        by=act.by,
        reason=act.reason,
        at=act.at,
    )


def authority_from(promotion: Promotion) -> Authority:
    """Return the authority as it is from *promotion* on."""
    return Authority(
        portfolio=promotion.portfolio,
        version=promotion.version,
        epoch=promotion.epoch,
        from_seq=promotion.seq + 1,
        since=promotion.at,
        by=promotion.by,
        reason=promotion.reason,
    )


def first_authority(now: Authority, promotions: Sequence[Promotion]) -> Authority:
    """Return the authority before any promotion; since when it was is not recorded once it has moved."""
    if not promotions:
        return now
    first = promotions[0]
    return Authority(portfolio=now.portfolio, version=first.before, epoch=0, from_seq=1, since=first.at)


def reigns_of(first: Authority, promotions: Sequence[Promotion]) -> list[Reign]:
    """Return every reign, the newest first, from the first authority and the promotions in order."""
    authorities = [first, *map(authority_from, promotions)]
    ends = [*(promotion.seq - 1 for promotion in promotions), None]
    reigns = [Reign(**one.model_dump(), to_seq=end) for one, end in zip(authorities, ends, strict=True)]
    return reigns[::-1]


def as_shadow(inputs: DecisionInputs, policy: Policy, version: str, code_version: str) -> DecisionInputs:
    """
    Return the authority's *inputs* as a shadow reads them: the same book, market and moment; its own limits.

    So whatever differs in the decision is the version's own doing.
    """
    ordinal = replace(inputs.ordinal, version=version, code_version=code_version, shadow=True)
    return replace(inputs, policy=policy, ordinal=ordinal)
