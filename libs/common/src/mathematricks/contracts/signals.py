"""The standardized signal: what every sender's body becomes."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from mathematricks.contracts.base import Environment, Id, Instant, Message, Money, Price, Quantity, Side
from mathematricks.contracts.instruments import Contract

SignalType = Literal["ENTRY", "EXIT", "SCALE_IN", "SCALE_OUT", "CANCEL"]
Direction = Literal["LONG", "SHORT"]
OrderType = Literal["MARKET", "LIMIT", "STOP", "STOP_LIMIT"]


class Leg(Message):
    """One instrument of a signal, in the sender's own units."""

    contract: Contract
    action: Side = Field(description="The order's side; direction never sets it (RULES 2)")
    direction: Direction | None = None
    quantity: Quantity | None = Field(None, description="Sender's units; None: all of it, or as the desk sizes it")
    order_type: OrderType = "MARKET"
    price: Price | None = Field(None, description="Price the sender saw or asks; None where it sent none or 0")
    stop_price: Price | None = None
    stop_loss: Price | None = None
    take_profit: Price | None = None

    @property
    def instrument(self) -> str:
        return self.contract.key


class StandardSignal(Message):
    """
    One accepted signal in the desk's own words.

    ``signal_id`` is a hash of what the signal says, so the same content through any intake is
    the same signal. ``strategy_seq`` numbers a strategy's signals without gaps.
    """

    schema_version: Literal[1] = 1
    signal_id: Id = Field(examples=["s4k7q2m5v6w4x2y7z5a4b3c2d6"])
    environment: Environment
    strategy_id: Id
    strategy_seq: int = Field(ge=1)
    sender: Id
    external_id: Annotated[str, Field(max_length=200)] = Field(description="The sender's signalID")
    sent_at: Instant
    received_at: Instant
    signal_type: SignalType | None = None
    entry_ref: Annotated[str, Field(max_length=200)] | None = Field(
        None, description="The entry an exit names: our signal id or the sender's signalID"
    )
    account_equity: Money | None = Field(None, description="Equity the sender's quantities are meant for")
    legs: Annotated[tuple[Leg, ...], Field(min_length=1, max_length=20)]
    provider: Annotated[str, Field(max_length=40)] = Field(description="Format that parsed the body")
    warnings: tuple[str, ...] = ()


class RawBody(Message):
    """A body that arrived by another way than HTTP (collector, TCP, replay), for the front door to judge."""

    schema_version: Literal[1] = 1
    raw_id: Id
    sender: Id
    intake: Annotated[str, Field(max_length=20)]
    body: str
    received_at: Instant
    environment: Environment | None = None


_EXACT = Context(prec=34)
"""As many digits as storage keeps; the default context would round to 28."""


def decimal_text(number: Decimal) -> str:
    """Return the one way to write *number* of at most 34 digits: no exponent, no trailing zeros."""
    text = f"{number.normalize(_EXACT):f}"
    return "0" if text == "-0" else text


class BodyFacts(Message):
    """A body as it was kept: how it came, what it weighed, and its text without secrets."""

    raw_id: Id
    intake: Annotated[str, Field(max_length=20)] = Field(description="http, websocket, tcp, topic or collector")
    client: Annotated[str, Field(max_length=100)] | None = Field(None, description="Address it came from")
    size: int = Field(ge=0, description="Bytes")
    sha256: str = Field(description="Of the bytes as they came")
    body: str = Field(description="JSON with secrets blanked; the beginning of the text where it was not readable")


Verdict = Literal["ACCEPTED", "DUPLICATE", "REFUSED", "UNAUTHENTICATED"]


class RawRecord(BodyFacts):
    """Every body that arrived, with what became of it."""

    received_at: Instant
    environment: Environment
    sender: str | None = None
    verdict: Verdict
    status: int = Field(description="HTTP status the sender was answered, whatever the intake")
    reason: str | None = Field(None, description="Why it was refused, as the sender was told")
    signal_id: str | None = None


class SignalRecord(StandardSignal, BodyFacts):
    """An accepted signal as stored, with the body it came from."""


class SignalSummary(Message):
    """What the sender's first leg said, in the sender's own words."""

    ticker: str = "UNKNOWN"
    action: str = "UNKNOWN"
    price: float | str = "N/A"


class SignalAnswer(Message):
    """What a sender is told about an accepted body."""

    status: Literal["success"] = "success"
    message: str
    timestamp: Instant
    signal_summary: SignalSummary
    signal_id: Id
    duplicate: bool = Field(description="This very content was accepted before; nothing happened now")
    warnings: tuple[str, ...] = ()


SecretKind = Literal["passphrase", "token", "mac"]
USUAL_SECRETS: tuple[SecretKind, ...] = ("passphrase", "token")


class Credential(Message):
    """One secret of a sender: a hash to find it by, or (a MAC key) the key itself, encrypted."""

    kind: SecretKind
    hash: str | None = Field(None, description="SHA-256 of pepper and secret, in hex")
    sealed: str | None = Field(None, description="AES-GCM under a key of the deployment, base64")
    expires_at: Instant | None = Field(None, description="Set when a newer one was issued")


SENDER_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,59}$"
StrategyName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class SenderSettings(Message):
    """What a sender may do: ``*`` among the strategies means every one, for demonstrations."""

    strategies: Annotated[tuple[StrategyName, ...], Field(min_length=1, max_length=200)]
    active: StrictBool = True


class NewSender(SenderSettings):
    """A sender to create, and the kinds of secret to issue."""

    name: Annotated[str, Field(pattern=SENDER_NAME, examples=["tradingview-alice"])]
    kinds: Annotated[tuple[SecretKind, ...], Field(min_length=1, max_length=3)] = USUAL_SECRETS


class Rotation(Message):
    """Which secrets to issue anew; the old ones stay good for the overlap."""

    kinds: Annotated[tuple[SecretKind, ...], Field(max_length=3)] = Field(
        (), description="None named: all it has, and the usual ones where it has none"
    )
    overlap_seconds: StrictInt = Field(0, ge=0, le=86_400)


class Revocation(Message):
    """Which secrets are worth nothing from now on, those that were to stay for an overlap too."""

    kinds: Annotated[tuple[SecretKind, ...], Field(max_length=3)] = Field((), description="None named: all it has")


class SenderAccess(SenderSettings):
    """A sender without its secrets."""

    name: Id
    kinds: tuple[SecretKind, ...]
    created_at: Instant
    updated_at: Instant


class SenderAccesses(Message):
    """Senders by name, without their secrets."""

    items: tuple[SenderAccess, ...]


class IssuedSender(SenderAccess):
    """A sender with the secrets just issued; they are never shown again."""

    secrets: dict[SecretKind, str]


class SenderRecord(SenderSettings):
    """A sender as stored; ``version`` counts its changes."""

    name: Id
    credentials: tuple[Credential, ...]
    version: int = 1
    created_at: Instant
    updated_at: Instant


class NonceRecord(Message):
    """A nonce of a signed body, kept while a copy of that body could still be shown."""

    sender: Id
    body_sha256: str
    seen_at: Instant
