"""The returns that entries are judged by: aligned anew whenever a strategy's have changed."""

from __future__ import annotations

from mathematricks.runtime.clock import Clock

from cerebro.domain.backtests.series import returns_of
from cerebro.domain.book import Book
from cerebro.domain.histories import common_history, history_of
from cerebro.domain.inputs import Risk
from cerebro.domain.tail_risk import History
from cerebro.return_ports import Backtests, Histories


class ReturnsCache:
    """Holds the newest history; one that is held is kept in the record, so that a decision can name it."""

    def __init__(self, records: Backtests, histories: Histories, clock: Clock) -> None:
        self._records, self._histories, self._clock = records, histories, clock
        self._marks: object = ()
        self.current: History | None = None

    async def refresh(self) -> None:
        """Align the returns again if any have changed."""
        marks = await self._histories.marks()
        if marks == self._marks:
            return
        panel = common_history([returns_of(record) for record in await self._records.all()])
        if panel is None:
            self.current = None
        elif (history := history_of(panel)).history_id != (self.current and self.current.history_id):
            await self._histories.keep(history, panel, self._clock.now())
            self.current = history
        self._marks = marks

    async def named(self, risk: Risk | None) -> History | None:
        """Return the history that a decision's inputs name."""
        if risk is None or (self.current is not None and self.current.history_id == risk.history_id):
            return self.current
        return await self._histories.find(risk.history_id)

    def risk(self, book: Book, strategy: str) -> Risk | None:
        """Return what the CVaR of *book* is computed from; None: no strategy's returns are known."""
        if self.current is None:
            return None
        return Risk(self.current.history_id, dict(sorted(book.in_use.items())), self.current.knows(strategy))
