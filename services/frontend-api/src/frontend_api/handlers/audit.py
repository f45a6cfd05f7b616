"""The audit trail around an act: written before it is done, closed with how it ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from mathematricks.contracts.users import AuditEntry, AuditOutcome
from mathematricks.runtime.http import Refusal

from frontend_api.domain.sessions import Browser
from frontend_api.domain.visibility import Viewer
from frontend_api.ports import Ports


@dataclass
class Act:
    """How the act ended, to be said by whoever does it; unsaid, it was done."""

    outcome: AuditOutcome = "done"
    status: int = 200
    after: Any = None

    def answered(self, status: int, after: Any) -> None:
        self.outcome, self.status, self.after = "done" if status < 400 else "refused", status, after

    def refused(self, status: int) -> None:
        self.outcome, self.status = "refused", status

    def failed(self) -> None:
        self.outcome, self.status = "failed", 500


@asynccontextmanager
async def audited(
    viewer: Viewer, action: str, subject: str, browser: Browser, ports: Ports, before: Any = None
) -> AsyncIterator[Act]:
    """Record that *viewer* does *action* to *subject*; an act that raises was refused, or failed."""
    entry = AuditEntry(
        at=ports.clock.now(),
        actor=viewer.name,
        role=viewer.role,
        action=action,
        subject=subject,
        outcome="asked",
        address=browser.address,
        before=before,
    )
    identity, act = await ports.audit.begin(entry), Act()
    try:
        yield act
    except Refusal as refusal:
        act.refused(refusal.status)
        raise
    except BaseException:
        act.failed()
        raise
    finally:
        await ports.audit.close(identity, act.outcome, act.status, act.after)
