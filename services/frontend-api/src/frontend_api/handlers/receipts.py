"""The receipt of one signal: everything that each owner recorded of it, asked for at once."""

from __future__ import annotations

import asyncio

from mathematricks.contracts.accounts import LedgerEntry
from mathematricks.contracts.decisions import Decision
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.orders import OrderRecord
from mathematricks.contracts.receipts import Receipt
from mathematricks.contracts.signals import SignalRecord

from frontend_api.domain.receipt import Trail, receipt_of
from frontend_api.domain.visibility import Viewer, may_see_signal, receipt_for
from frontend_api.handlers.activity import DECISIONS, ORDERS, SIGNALS
from frontend_api.handlers.owned import Question, found, listed, read
from frontend_api.ports import Ports

MOST = 500
PAGE, PAGES = 100, 10
"""How far back a sender's own id is looked for."""


async def receipt(viewer: Viewer, name: str, ports: Ports) -> Receipt | None:
    """
    Return the receipt of the signal *name*, as far as *viewer* may see it.

    *name* is our signal id or the sender's signalID; of several with one signalID, the newest that
    *viewer* may see. None: there is no such signal for them.
    """
    signal = await _signal(viewer, name, ports)
    if signal is None:
        return None
    return receipt_for(viewer, receipt_of(await _trail(signal, ports)))


async def _signal(viewer: Viewer, name: str, ports: Ports) -> SignalRecord | None:
    by_id = Question("signal-ingestion", (*SIGNALS, name))
    body = await found(by_id, ports)
    named = [read(SignalRecord, body, by_id)] if body else await _by_external_id(name, ports)
    return next((signal for signal in named if may_see_signal(viewer, signal.sender)), None)


async def _by_external_id(name: str, ports: Ports) -> list[SignalRecord]:
    """Return signals that their sender named *name*, newest first, of the newest there are."""
    before = None
    for _ in range(PAGES):
        asked = {"limit": PAGE, "external_id": name, "before": before}
        page = await listed(Question("signal-ingestion", SIGNALS, asked), SignalRecord, ports)
        named = [signal for signal in page if signal.external_id == name]
        if named or len(page) < PAGE:
            return named
        before = page[-1].received_at.isoformat()
    return []


async def _trail(signal: SignalRecord, ports: Ports) -> Trail:
    of_signal = {"signal_id": signal.signal_id, "limit": MOST}
    decided = Question("cerebro", (*DECISIONS, signal.signal_id))
    body, orders, executions, entries = await asyncio.gather(
        found(decided, ports),
        listed(Question("execution", ORDERS, of_signal), OrderRecord, ports),
        listed(Question("execution", ("api", "v1", "executions"), of_signal), Execution, ports),
        listed(Question("account-data", ("api", "v1", "ledger"), of_signal), LedgerEntry, ports),
    )
    decision = read(Decision, body, decided) if body else None
    return Trail(signal, decision, orders, await _commanded(decision, ports), executions, entries)


async def _commanded(decision: Decision | None, ports: Ports) -> list[OrderRecord]:
    ids = [command.order_id for command in decision.commands] if decision else []
    if not ids:
        return []
    return await listed(Question("execution", ORDERS, {"order_id": ids, "limit": MOST}), OrderRecord, ports)
