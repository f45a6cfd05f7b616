"""Who may see what: the one place that says so. What is not visible does not exist (404)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mathematricks.contracts.base import Message
from mathematricks.contracts.money_views import ClientView, SenderView, SignalRow
from mathematricks.contracts.receipts import Receipt, ReceiptDecision, ReceiptOrder
from mathematricks.contracts.signal_health import SignalHealth
from mathematricks.contracts.users import User, UserRole


class Page(Enum):
    """Everything that can be opened or changed; a page that a role lacks is not there for it."""

    DASHBOARD = "dashboard"
    SIGNALS = "signals"
    RECEIPT = "receipt"
    ORDERS = "orders"
    DECISIONS = "decisions"
    ALERTS = "alerts"
    CLIENTS = "clients"
    CLIENT_HOME = "client"
    SENDERS = "senders"
    SENDER_HOME = "sender"
    STRATEGIES = "strategies"
    ALLOCATIONS = "allocations"
    CONTROLS = "controls"
    USERS = "users"
    AUDIT = "audit"
    SANDBOX = "sandbox"


PAGES: dict[UserRole, frozenset[Page]] = {
    "admin": frozenset(Page),
    "client": frozenset({Page.CLIENT_HOME}),
    "sender": frozenset({Page.SIGNALS, Page.RECEIPT, Page.SENDER_HOME}),
}


@dataclass(frozen=True)
class Viewer:
    """Someone who asks: an admin sees everything, a client one client's, a sender one sender's."""

    name: str
    role: UserRole
    client_id: str | None = None
    sender: str | None = None


def viewer_of(user: User) -> Viewer:
    """Return *user* as a viewer."""
    return Viewer(user.name, user.role, user.client_id, user.sender)


def may_open(viewer: Viewer, page: Page) -> bool:
    """Return whether *page* exists for *viewer*."""
    return page in PAGES[viewer.role]


def sender_seen_by(viewer: Viewer) -> str | None:
    """Return the sender that a list must be narrowed to; None: no narrowing, for admins only."""
    return None if viewer.role == "admin" else viewer.sender or ""


def may_see_signal(viewer: Viewer, sender: str) -> bool:
    """Return whether signals of *sender* exist for *viewer*: all of them for an admin, a sender's own."""
    if viewer.role == "admin":
        return True
    return viewer.role == "sender" and viewer.sender is not None and viewer.sender == sender


def client_seen_by(viewer: Viewer) -> str | None:
    """Return the client whose page is *viewer*'s own; None: nobody's, and an admin has no page of one's own."""
    return viewer.client_id or None if viewer.role == "client" else None


def sender_paid_by(viewer: Viewer) -> str | None:
    """Return the sender whose earnings are *viewer*'s own; None: nobody's, and an admin has none."""
    return viewer.sender or None if viewer.role == "sender" else None


def may_see_health(viewer: Viewer, health: SignalHealth) -> bool:
    """Return whether the health of a strategy exists for *viewer*: a sender's only where every signal was theirs."""
    return all(may_see_signal(viewer, sender) for sender in health.senders)


def sees_dashboard(viewer: Viewer, _: Message) -> bool:
    """Return whether the desk's own documents exist for *viewer*."""
    return may_open(viewer, Page.DASHBOARD)


def sees_client_document(viewer: Viewer, view: ClientView) -> bool:
    """Return whether a client's document exists for *viewer*: for an admin, and for that client."""
    return may_open(viewer, Page.CLIENTS) or client_seen_by(viewer) == view.client_id


def sees_sender_document(viewer: Viewer, view: SenderView) -> bool:
    """Return whether a sender's document exists for *viewer*: for an admin, and for that sender."""
    return may_open(viewer, Page.SENDERS) or sender_paid_by(viewer) == view.sender


def sees_own_signal(viewer: Viewer, row: SignalRow) -> bool:
    """Return whether *row* is a signal of *viewer*'s own."""
    return sender_paid_by(viewer) == row.sender


def receipt_for(viewer: Viewer, receipt: Receipt) -> Receipt | None:
    """
    Return *receipt* as *viewer* may see it; None: it does not exist for them.

    A sender sees what was sent, how it was sized, filled and what it made. Not the book behind the
    sizes, the accounts, the venue's words, or with what policy it was decided.
    """
    if not may_see_signal(viewer, receipt.signal.sender):
        return None
    if viewer.role == "admin":
        return receipt
    return receipt.model_copy(
        update={
            "summary": _plainly(receipt.decision) if receipt.decision else receipt.summary,
            "decision": _sizes_alone(receipt.decision) if receipt.decision else None,
            "orders": tuple(_life_alone(order) for order in receipt.orders),
            "bookings": tuple(booking.model_copy(update={"account": None}) for booking in receipt.bookings),
            "commands": (),
            "versions": None,
        }
    )


def _plainly(decision: ReceiptDecision) -> str:
    """Return what was decided without the figures of the book that its own sentence may carry."""
    said = decision.outcome.capitalize()
    return f"{said}: {decision.reason}" if decision.reason else said


def _sizes_alone(decision: ReceiptDecision) -> ReceiptDecision:
    legs = tuple(
        leg.model_copy(
            update={
                "capital_per_unit": None,
                "caps": tuple(cap.model_copy(update={"facts": {}}) for cap in leg.caps),
            }
        )
        for leg in decision.legs
    )
    kept = {"account": None, "grounds": None, "warnings": (), "sentence": _plainly(decision), "legs": legs}
    return decision.model_copy(update=kept)


def _life_alone(order: ReceiptOrder) -> ReceiptOrder:
    history = tuple(happening.model_copy(update={"reason": None}) for happening in order.history)
    return order.model_copy(update={"account": None, "reason": None, "facts": {}, "attempts": (), "history": history})
