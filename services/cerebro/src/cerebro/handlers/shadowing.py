"""A version without authority says what it would have decided, on the very book that the authority decided on."""

from __future__ import annotations

import structlog
from mathematricks.contracts.decisions import DecisionRecord, PortfolioId
from mathematricks.runtime.failpoints import failpoint

from cerebro.domain.authority import as_shadow
from cerebro.domain.decision import decide, decision_text
from cerebro.domain.inputs import inputs_from, inputs_text
from cerebro.handlers.ports import Ports
from cerebro.ports import Decided

log = structlog.get_logger(__name__)

AT_ONCE = 32
FIRST_LOOK = 500


async def shadow(portfolio: PortfolioId, ports: Ports) -> None:
    """
    Decide again, as this version would, what others decided since it last looked.

    A version that comes for the first time begins with the newest few hundred, so that there is something to compare.
    """
    seq = ports.followed.get(portfolio)
    if seq is None:
        known = await ports.shadows.followed(portfolio)
        seq = max(0, ports.keepers[portfolio].book.seq - FIRST_LOOK) if known is None else known
    while records := await ports.shadows.after(portfolio, seq, AT_ONCE):
        made = [one for record in records if (one := await _as_shadow(record, ports)) is not None]
        if made:
            await ports.shadows.add(made)
            await failpoint("cerebro.shadowed")
        seq = ports.followed[portfolio] = records[-1].seq
    ports.followed.setdefault(portfolio, seq)


async def _as_shadow(record: DecisionRecord, ports: Ports) -> Decided | None:
    rules = ports.world.rules
    try:
        inputs = as_shadow(inputs_from(record.inputs), rules.policy, rules.version, rules.code_version)
        decision = decide(inputs, await ports.returns.named(inputs.risk))
    except Exception:
        log.exception("shadow.undecidable", signal_id=record.signal_id, seq=record.seq)
        return None
    return Decided(decision, record.book_hash, inputs_text(inputs), decision_text(decision))
