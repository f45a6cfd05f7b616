"""Versions of Cerebro beside each other: who reigns, who watches, and where they differ."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from mathematricks.contracts.base import Currency, Id, Instant, Message, Money, Quantity
from mathematricks.contracts.decisions import Outcome, PortfolioId

VersionName = Annotated[str, Field(pattern=r"^[a-z0-9.\-]{1,40}$", examples=["v2"])]
What = Literal["outcome", "reason", "size"]


class VersionSeen(Message):
    """A version that runs, as its newest process told of itself."""

    version: VersionName
    code_version: str
    seen_at: Instant


class PromotionRequest(Message):
    """Give the authority over both portfolios, or the one named, to a version that runs."""

    version: VersionName
    portfolio: PortfolioId | None = None
    reason: Annotated[str, Field(max_length=2000)] = ""


class Reign(Message):
    """The numbers of a portfolio's sequence that one version decided, or may still decide."""

    portfolio: PortfolioId
    version: Id
    epoch: int
    from_seq: int
    to_seq: int | None = Field(None, description="None: it reigns now")
    since: Instant
    by: str = ""
    reason: str = ""

    def covers(self, epoch: int, seq: int) -> bool:
        """Whether an order of this epoch and number is valid: made within the reign, however late it arrives."""
        return epoch == self.epoch and self.from_seq <= seq and (self.to_seq is None or seq <= self.to_seq)


class AuthorityView(Message):
    """Every reign, the newest first, and the versions that run."""

    reigns: tuple[Reign, ...]
    versions: tuple[VersionSeen, ...]


class Verdict(Message):
    """One version's decision on a signal, in short."""

    outcome: Outcome
    reason: str | None
    sentence: str
    units: dict[str, Decimal] = Field(default_factory=dict, description="Ordered by instrument; a sale is negative")


class Difference(Message):
    """One signal that two versions decided differently on the same book."""

    signal_id: Id
    strategy_id: Id
    portfolio: PortfolioId
    seq: int
    decided_at: Instant
    what: tuple[What, ...]
    authority: Verdict
    shadow: Verdict


class PaperResult(Message):
    """
    What the compared decisions of both made, in one currency, before costs.

    Both trade on paper from an empty book, at the price the market gave the authority's own order or, where it
    has none, the price that sized it; what is still held counts at the last such price.
    """

    currency: Currency
    authority: Money
    shadow: Money
    unpriced: int = Field(0, description="Orders of either left out because no price is known")


class ShadowReport(Message):
    """How a shadow's decisions compare with the authority's, signal by signal."""

    version: Id
    compared: int
    same: int
    since: Instant | None = Field(None, description="Time of the oldest decision compared")
    units: dict[str, Quantity] = Field(default_factory=dict, description="Ordered in all, both sides, by who decided")
    results: tuple[PaperResult, ...] = ()
    items: tuple[Difference, ...] = Field((), description="The newest differences first")
