"""The live stream: which documents it tells, under which names, and what one event looks like on the wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mathematricks.contracts.base import Message
from mathematricks.contracts.collections import (
    DASHBOARD_ALLOCATIONS,
    DASHBOARD_CLIENTS,
    DASHBOARD_EQUITY,
    DASHBOARD_FUNDS,
    DASHBOARD_OVERVIEW,
    DASHBOARD_SENDERS,
    DASHBOARD_SIGNALS,
    DASHBOARD_STRATEGIES,
)
from mathematricks.contracts.dashboard import Overview
from mathematricks.contracts.money_views import (
    AllocationView,
    ClientView,
    EquityCurves,
    FundView,
    SenderView,
    SignalRow,
    StrategyCard,
)

from frontend_api.domain.visibility import (
    Viewer,
    sees_client_document,
    sees_dashboard,
    sees_own_signal,
    sees_sender_document,
)


@dataclass(frozen=True)
class Feed:
    """
    The documents of one collection, as the stream tells them.

    Attributes:
        event: Name of the event; its data is the document as the page's own route answers it.
        sees: Whether a document exists for a viewer.
        in_snapshot: Whether what there is comes with every (re)connect; else only changes come.
    """

    event: str
    model: type[Message]
    sees: Callable[[Viewer, Any], bool]
    in_snapshot: bool = True


FEEDS: Mapping[str, Feed] = {
    DASHBOARD_OVERVIEW.name: Feed("overview", Overview, sees_dashboard),
    DASHBOARD_FUNDS.name: Feed("fund", FundView, sees_dashboard),
    DASHBOARD_EQUITY.name: Feed("equity", EquityCurves, sees_dashboard),
    DASHBOARD_STRATEGIES.name: Feed("strategy", StrategyCard, sees_dashboard),
    DASHBOARD_ALLOCATIONS.name: Feed("allocations", AllocationView, sees_dashboard),
    DASHBOARD_CLIENTS.name: Feed("client", ClientView, sees_client_document),
    DASHBOARD_SENDERS.name: Feed("sender", SenderView, sees_sender_document),
    DASHBOARD_SIGNALS.name: Feed("signal", SignalRow, sees_own_signal, in_snapshot=False),
}


def frame_of(event: str, message: Message) -> bytes:
    """Return one server-sent event; JSON has no line breaks of its own."""
    return f"event: {event}\ndata: {message.model_dump_json()}\n\n".encode()


RETRY = b"retry: 2000\n\n"
"""Milliseconds that a browser waits before it connects again."""
RESYNC = b"event: resync\ndata: {}\n\n"
"""So much changed that it was dropped: ask for everything again."""
CLOSED = b"event: closed\ndata: {}\n\n"
"""The session has ended: log in again."""
