"""Clients of the fund: who they are, what they put in and took out, and at what price."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mathematricks.contracts.base import Currency, Id, Instant, Message, Mode, Money

HOUSE = "house"
"""The client that owns what nobody else does, and takes the fractions of a cent that rounding leaves."""

ClientName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_\-]{0,59}$", examples=["carol"])]
FlowKind = Literal["OPENING", "DEPOSIT", "WITHDRAWAL", "ARRIVAL"]
Cents = Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=2)]
Units = Annotated[Decimal, Field(allow_inf_nan=False)]
"""Shares of the fund, to 18 decimals."""
Note = Annotated[str, Field(max_length=500)]
Key = Annotated[str, Field(min_length=8, max_length=200)]
"""Makes asking twice the same as asking once."""


class NewClient(Message):
    """A client to admit to the fund of one mode; live and paper are two funds that never meet."""

    client_id: ClientName
    display_name: Annotated[str, Field(min_length=1, max_length=200)]
    mode: Mode = "PAPER"


class Client(NewClient):
    """A client as stored."""

    created_at: Instant
    created_by: Annotated[str, Field(max_length=200)]


class Clients(Message):
    """Every client, by id."""

    items: tuple[Client, ...]


class FlowRequest(Message):
    """Money that a client puts in or takes out; ``everything`` redeems all units, whatever they are worth."""

    kind: Literal["DEPOSIT", "WITHDRAWAL"]
    amount: Cents | None = Field(None, description="In the fund's currency")
    everything: bool = False
    mode: Mode | None = Field(None, description="Of the house, which is in both funds: which; else the client's own")
    note: Note = ""
    idempotency_key: Key

    @model_validator(mode="after")
    def _one_of_both(self) -> FlowRequest:
        if self.everything and (self.kind != "WITHDRAWAL" or self.amount is not None):
            raise ValueError("everything is a withdrawal without an amount")
        if not self.everything and self.amount is None:
            raise ValueError("say an amount, or everything")
        return self


class Strike(Message):
    """What the fund was worth just before a flow, in its currency: equity + in transit - accrued fees."""

    equity: Money = Field(description="Of the accounts of the fund's mode")
    in_transit: Money = Field(description="Paid in and not yet at a broker, less redeemed and not yet paid out")
    accrued_fees: Money = Field(description="Owed to senders up to here")
    nav: Money
    units: Units = Field(description="Of all clients together, before the flow")
    unit_price: Money
    as_of: Instant = Field(description="Of the oldest account figure in it")


class Flow(Message):
    """
    An entry of a fund's ledger, never changed and numbered without gaps.

    OPENING gives the house the units of what the fund held before its first client. A DEPOSIT or a
    WITHDRAWAL trades units at the strike; its cash is in transit until an ARRIVAL says that it has
    reached, or left, the broker.
    """

    flow_id: Id
    mode: Mode
    seq: int = Field(ge=1)
    client_id: ClientName
    kind: FlowKind
    amount: Money = Field(description="Never negative")
    currency: Currency
    units: Units = Field(Decimal(0), description="Bought; negative: redeemed")
    house_units: Units = Field(Decimal(0), description="What rounding leaves, to the house, so that the price stays")
    strike: Strike | None = Field(None, description="None for an ARRIVAL")
    arrives: Id | None = Field(None, description="The flow whose cash has arrived")
    at: Instant
    by: Annotated[str, Field(max_length=200)]
    note: Note = ""
    idempotency_key: Key


class Flows(Message):
    """Entries of the ledger, the newest first."""

    items: tuple[Flow, ...]
