"""Orders and accounts as documents, and back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import bson
from bson.raw_bson import RawBSONDocument
from mathematricks.contracts.instruments import Instrument
from mathematricks.storage.mongo import CODEC, Document

from execution.adapters.paper.engine.accounts import Account, Position
from execution.adapters.paper.engine.money import ZERO
from execution.adapters.paper.engine.orders import Fill, PaperOrder
from execution.ports import BrokerOrder


def order_key(account: str, client_order_id: str) -> str:
    """Return the ``_id`` of an order's document."""
    return f"{account}|{client_order_id}"


class InstrumentDocuments:
    """Each instrument encoded once: it stands in every order's document and hardly ever changes."""

    def __init__(self) -> None:
        self._encoded: dict[str, tuple[Instrument, RawBSONDocument]] = {}

    def of(self, instrument: Instrument) -> RawBSONDocument:
        """Return *instrument* as an encoded document."""
        known = self._encoded.get(instrument.instrument)
        if known is None or known[0] is not instrument:
            known = (instrument, RawBSONDocument(bson.encode(instrument.model_dump(), codec_options=CODEC)))
            self._encoded[instrument.instrument] = known
        return known[1]


def order_document(order: PaperOrder, instrument: Any) -> Document:
    """Return *order* as a document (``PaperOrderRecord``); what is absent or zero by nature is left out."""
    asked = order.asked
    sometimes = {
        "limit_price": asked.limit_price,
        "stop_price": asked.stop_price,
        "oco_group": asked.oco_group,
        "last_fill_at": order.fills[-1].executed_at if order.fills else None,
        "expires_at": order.expires_at,
        "quote_at": order.quote_at,
        "taken": order.taken or None,
        "reduced": order.reduced or None,
        "reserved": order.reserved or None,
    }
    return {
        "_id": order_key(asked.account, asked.client_order_id),
        "account": asked.account,
        "client_order_id": asked.client_order_id,
        "number": order.number,
        "instrument": instrument,
        "side": asked.side,
        "quantity": asked.quantity,
        "order_type": asked.order_type,
        "time_in_force": asked.time_in_force,
        "status": order.status,
        "reason": order.reason,
        "filled": order.filled,
        "fills": [_fill_document(fill) for fill in order.fills],
        "accepted_at": order.accepted_at,
        "triggered": order.triggered,
        "version": order.version,
        **{name: value for name, value in sometimes.items() if value is not None},
    }


def _fill_document(fill: Fill) -> Document:
    return {
        "execution_id": fill.execution_id,
        "quantity": fill.quantity,
        "price": fill.price,
        "commission": fill.commission,
        "rate": fill.rate,
        "executed_at": fill.executed_at,
        "venue_seq": fill.venue_seq,
    }


def order_from(document: Document) -> PaperOrder:
    """Return the order that *document* holds."""
    instrument = Instrument.model_validate(document["instrument"])
    asked = BrokerOrder(
        client_order_id=document["client_order_id"],
        account=document["account"],
        contract=instrument.contract,
        side=document["side"],
        quantity=document["quantity"],
        order_type=document["order_type"],
        limit_price=document.get("limit_price"),
        stop_price=document.get("stop_price"),
        time_in_force=document["time_in_force"],
        oco_group=document.get("oco_group"),
    )
    return PaperOrder(
        asked=asked,
        instrument=instrument,
        number=document["number"],
        accepted_at=document["accepted_at"],
        expires_at=document.get("expires_at"),
        reserved=document.get("reserved", ZERO),
        status=document["status"],
        reason=document["reason"],
        triggered=document["triggered"],
        reduced=document.get("reduced", ZERO),
        filled=document["filled"],
        fills=tuple(Fill(**fill) for fill in document["fills"]),
        quote_at=document.get("quote_at"),
        taken=document.get("taken", ZERO),
        version=document["version"],
    )


def account_document(account: Account, opened_at: datetime) -> Document:
    """Return a new account's document (``PaperAccountRecord``)."""
    return {
        "_id": account.name,
        "account": account.name,
        "base_currency": account.base_currency,
        "deposits": dict(account.deposits),
        "opened_at": opened_at,
    }


def checkpoint_of(account: Account) -> Document:
    """Return the checkpoint (``PaperCheckpoint``) of *account* as it is."""
    positions = [
        {"instrument": held.instrument.model_dump(), "quantity": held.quantity, "cost": held.cost}
        for held in account.positions.values()
    ]
    kept = {name: dict(getattr(account, name)) for name in ("cash", "realized", "fees", "rates")}
    return {
        "seq": account.seq,
        "last_at": account.last_at,
        "realized_base": account.realized_base,
        "positions": positions,
        **kept,
    }


def account_from(document: Document) -> Account:
    """Return the account that *document* holds: at its checkpoint, or as it was opened."""
    deposits: dict[str, Decimal] = document["deposits"]
    point: Document | None = document.get("checkpoint")
    if point is None:
        return Account(document["account"], document["base_currency"], deposits=deposits, cash=dict(deposits))
    held = (
        Position(**kept | {"instrument": Instrument.model_validate(kept["instrument"])}) for kept in point["positions"]
    )
    positions = {position.instrument.instrument: position for position in held}
    return Account(document["account"], document["base_currency"], deposits, **point | {"positions": positions})
