"""The queue of one portfolio: everything that waits is decided serially and recorded in one write."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import SystemRandom

import structlog
from mathematricks.contracts.decisions import Authority, PortfolioId, Promotion
from mathematricks.messaging.bus import Retry
from mathematricks.runtime.failpoints import failpoint
from prometheus_client import Counter, Histogram

from cerebro.domain.authority import authority_from
from cerebro.domain.reading import may_reduce
from cerebro.handlers.judging import Judging, Made
from cerebro.handlers.keeper import BookKeeper
from cerebro.handlers.tickets import Lines, Ticket
from cerebro.ports import World

log = structlog.get_logger(__name__)

DECIDED = Counter("cerebro_decisions_total", "Decisions made", ["portfolio", "outcome"])
BATCH = Histogram("cerebro_batch_size", "Decisions per write", ["portfolio"], buckets=(1, 2, 4, 8, 16, 32))
LONGEST_JITTER = 0.02
_random = SystemRandom()


class Deposed(Exception):
    """Another version holds the authority: it decides this signal."""


class PortfolioQueue:
    """
    Decides on a book rolled forward by its own decisions, and takes the new book only once they are recorded.

    Losing the race for the next number means that another process moved the book: fold its decisions
    in, and decide the rest again. If what came in was a promotion of another version, there is no again.
    """

    def __init__(self, world: World, keeper: BookKeeper, lines: Lines, judging: Judging) -> None:
        self._authority: Authority | None = None
        self._world = world
        self._keeper = keeper
        self._lines = lines
        self._judging = judging
        self._waiting: list[Ticket] = []
        self._draining: asyncio.Task[None] | None = None
        self._unsure = False
        self._turn = asyncio.Lock()
        self.risen = False
        """The authority has come to this version since this was last looked at."""

    @property
    def reigns(self) -> bool:
        """Whether this version's decisions owe orders, as far as is known."""
        return self._authority is not None and self._authority.version == self._world.rules.version

    @property
    def portfolio(self) -> PortfolioId:
        """Which portfolio it decides."""
        return self._keeper.portfolio

    def put(self, ticket: Ticket) -> None:
        """Take a ticket; it is resolved once its decision is durable."""
        ticket.reduces = may_reduce(self._keeper.book, ticket.signal)
        self._waiting.append(ticket)
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())

    async def learn_authority(self) -> Authority:
        """Learn whose decisions owe orders here; where nobody's do, this version's do, unless it is a shadow."""
        world, version = self._world, self._world.rules.version
        if world.rules.shadow:
            now = world.clock.now()
            nobody = Authority(portfolio=self.portfolio, version="nobody", epoch=0, from_seq=1, since=now)
            self._authority = await world.authorities.current(self.portfolio) or nobody
        else:
            self._authority = await world.authorities.of(self.portfolio, version, world.clock.now())
            await failpoint("cerebro.authority_taken")
        return self._authority

    async def keep_up(self) -> None:
        """Fold in what others recorded, between two batches."""
        async with self._turn:
            await self.catch_up()

    async def catch_up(self) -> None:
        """Fold in every entry that the book does not contain yet; a promotion among them changes who decides."""
        decisions = self._world.decisions
        while newer := await decisions.after(self.portfolio, self._keeper.book.seq):
            for entry in newer:
                if isinstance(entry, Promotion):
                    self._cross(entry)
                    continue
                self._keeper.fold(entry, self._world.clock.now())
                self._lines.decided(entry.strategy_id, entry.strategy_seq)

    def _cross(self, promotion: Promotion) -> None:
        reigned = self.reigns
        self._keeper.cross(promotion)
        if self._authority is None or promotion.epoch > self._authority.epoch:
            self._authority = authority_from(promotion)
            self.risen = self.reigns and not reigned
            log.info("authority.moved", portfolio=self.portfolio, to=promotion.version, epoch=promotion.epoch)

    async def _drain(self) -> None:
        try:
            while self._waiting:
                ordered = exits_first(self._waiting)
                most = self._world.rules.batch
                batch, self._waiting = ordered[:most], ordered[most:]
                async with self._turn:
                    await self._decide(batch)
        finally:
            self._draining = None

    async def _decide(self, batch: Sequence[Ticket]) -> None:
        try:
            rest = await self._ready(batch)
            while rest:
                rest = await self._attempt(rest)
        except Exception as error:
            self._unsure = True
            log.exception("batch.failed", portfolio=self.portfolio, signals=len(batch))
            for ticket in batch:
                self._turn_back(ticket, error)

    async def _ready(self, batch: Sequence[Ticket]) -> list[Ticket]:
        """Turn back what cannot be decided now; return the rest."""
        ready = []
        for ticket, why_not in await self._judging.prepare(batch, self._keeper.book):
            if why_not is None:
                ready.append(ticket)
            else:
                self._turn_back(ticket, why_not)
        return ready

    async def _attempt(self, batch: Sequence[Ticket]) -> list[Ticket]:
        """Decide and record *batch*; return what must be decided again."""
        if self._unsure:
            await self.catch_up()
            self._unsure = False
        authority = self._authority or await self.learn_authority()
        if not self.reigns:
            for ticket in batch:
                self._turn_back(ticket, Deposed(authority.version))
            return []
        undecided = [ticket for ticket in batch if not await self._resolve_if_decided(ticket)]
        made = self._roll_forward(undecided, authority)
        if not made:
            return []
        await failpoint("cerebro.decided")
        with self._keeper.batch():
            recorded = await self._world.decisions.add([one.decided for one in made])
            await failpoint("cerebro.recorded")
            for one in made[:recorded]:
                self._commit(one)
        BATCH.labels(self.portfolio).observe(recorded)
        return await self._after_losing([one.ticket for one in made[recorded:]]) if recorded < len(made) else []

    def _roll_forward(self, batch: Sequence[Ticket], authority: Authority) -> list[Made]:
        """Decide each on the book that the one before leaves; a strategy that breaks its order stops."""
        book, made, now = self._keeper.book, list[Made](), self._world.clock.now()
        heads: dict[str, int] = {}
        for ticket in batch:
            strategy, seq = ticket.signal.strategy_id, ticket.signal.strategy_seq
            if seq > heads.get(strategy, self._lines.heads.get(strategy, 0)) + 1:
                self._turn_back(ticket, Retry(f"signal {seq - 1} of {strategy} has not been decided"))
                continue
            try:
                one = self._judging.judge(ticket, book, authority, now)
            except Exception as error:
                log.exception("signal.failed", signal_id=ticket.signal.signal_id)
                self._turn_back(ticket, error)
                continue
            heads[strategy] = seq
            book = one.book
            made.append(one)
        return made

    def _commit(self, one: Made) -> None:
        decision = one.decided.decision
        self._keeper.commit(decision, one.book, self._world.clock.now())
        self._lines.decided(decision.strategy_id, decision.strategy_seq)
        DECIDED.labels(self.portfolio, decision.outcome).inc()
        one.ticket.resolve(decision)

    async def _after_losing(self, rest: list[Ticket]) -> list[Ticket]:
        """The next number or the next signal was taken: learn by whom, pause a moment, go on."""
        before = self._keeper.book.seq
        await self.catch_up()
        log.info("race.lost", portfolio=self.portfolio, behind=self._keeper.book.seq - before, again=len(rest))
        if self._keeper.book.seq == before and await self._resolve_if_recorded(rest[0]):
            rest = rest[1:]
        await asyncio.sleep(_random.uniform(0, LONGEST_JITTER))
        return rest

    async def _resolve_if_decided(self, ticket: Ticket) -> bool:
        return self._lines.is_decided(ticket.signal) and await self._resolve_if_recorded(ticket)

    async def _resolve_if_recorded(self, ticket: Ticket) -> bool:
        record = await self._world.decisions.find(ticket.signal.signal_id)
        if record is None:
            return False
        self._lines.decided(record.strategy_id, record.strategy_seq)
        ticket.resolve(record.decision)
        return True

    def _turn_back(self, ticket: Ticket, error: Exception) -> None:
        self._lines.turned_back(ticket.signal)
        ticket.fail(error)


def exits_first(tickets: Sequence[Ticket]) -> list[Ticket]:
    """
    Return *tickets* with what closes or cancels before what opens, each strategy's order kept.

    An exit comes first only if no entry of its own strategy waits before it.
    """
    behind_entries: set[str] = set()
    first, later = [], []
    for ticket in tickets:
        strategy = ticket.signal.strategy_id
        if ticket.reduces and strategy not in behind_entries:
            first.append(ticket)
        else:
            behind_entries.add(strategy)
            later.append(ticket)
    return first + later
