"""Asking the owners of records: what they know, and changes that are theirs to make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from mathematricks.contracts.base import Message
from mathematricks.runtime.http import Refusal
from pydantic import ValidationError

from frontend_api.domain.sessions import Browser
from frontend_api.domain.visibility import Viewer
from frontend_api.handlers.audit import audited
from frontend_api.ports import PATIENCE, Answer, OwnerSilent, Ports

log = structlog.get_logger(__name__)

M = TypeVar("M", bound=Message)
Path = Sequence[str]
OURS_TO_MEND = frozenset({401, 403})
"""Answers that speak of how we asked, not of what was asked."""


@dataclass(frozen=True)
class Question:
    """What to ask of which service."""

    service: str
    path: Path
    params: Mapping[str, Any] | None = None
    patience: float = PATIENCE


@dataclass(frozen=True)
class Change:
    """
    A change that a service is to make, and where it shows what will be changed.

    What is *unrecorded* of the answer (a secret, shown this once) stays out of the trail.
    """

    action: str
    method: str
    service: str
    path: Path
    body: Any = None
    shown_at: Path | None = None
    unrecorded: frozenset[str] = frozenset()
    patience: float = PATIENCE


async def answer_to(question: Question, ports: Ports, method: str = "GET", body: Any = None) -> Answer:
    """Return the owner's answer; refuse with 503 where it is silent, broken or does not know us."""
    try:
        answer = await ports.owners.ask(
            question.service, method, question.path, question.params, body, patience=question.patience
        )
    except OwnerSilent as silence:
        log.warning("owner.silent", owner=question.service)
        raise Refusal(503, f"{question.service} does not answer; try again in a moment") from silence
    if answer.status >= 500 or answer.status in OURS_TO_MEND:
        log.error("owner.failed", owner=question.service, status=answer.status)
        raise Refusal(503, f"{question.service} cannot answer; try again in a moment")
    return answer


async def found(question: Question, ports: Ports) -> Any:
    """Return what the owner knows; None for 404. What it refuses is refused in its words."""
    answer = await answer_to(question, ports)
    if answer.status == 404:
        return None
    if answer.status >= 400:
        raise Refusal(answer.status, reason_of(answer))
    return answer.body


async def listed(question: Question, model: type[M], ports: Ports) -> list[M]:
    """Return the items of the owner's list."""
    body = await found(question, ports)
    return [read(model, item, question) for item in (body or {}).get("items", ())]


def read(model: type[M], body: Any, question: Question) -> M:
    """Return *body* as a *model*; refuse with 503 what the owner cannot have meant."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        log.error("owner.misread", owner=question.service, model=model.__name__, errors=error.error_count())
        raise Refusal(503, f"{question.service} answered in words of another version; tell the administrator") from None


async def carried_out(change: Change, viewer: Viewer, browser: Browser, ports: Ports) -> Answer:
    """Return the owner's answer to *change*, with who asked and its state before and after in the audit trail."""
    shown = change.shown_at or change.path
    before = await answer_to(Question(change.service, shown), ports)
    subject = "/" + "/".join(change.path)
    known = before.body if before.status == 200 else None
    async with audited(viewer, change.action, subject, browser, ports, before=known) as act:
        asked = Question(change.service, change.path, {"by": viewer.name}, change.patience)
        answer = await answer_to(asked, ports, change.method, change.body)
        secret = change.unrecorded if isinstance(answer.body, Mapping) else ()
        act.answered(answer.status, {**answer.body, **dict.fromkeys(secret)} if secret else answer.body)
        return answer


def reason_of(answer: Answer) -> str:
    """Return why the owner refused, in its own words."""
    said = answer.body.get("error") if isinstance(answer.body, Mapping) else None
    return str(said) if said else f"Refused with status {answer.status}"
