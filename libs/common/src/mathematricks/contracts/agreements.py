"""What senders are owed: agreements, the statements drawn from them, and payments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from mathematricks.contracts.base import Currency, Id, Instant, Message, Mode, Money
from mathematricks.contracts.clients import Cents, Key, Note
from mathematricks.contracts.strategies import StrategyId


def _a_day(text: str) -> str:
    date.fromisoformat(text)
    return text


def _a_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as unknown:
        raise ValueError("is no time zone; say one like Europe/Berlin") from unknown
    return name


Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2026-11-01"]), AfterValidator(_a_day)]
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", examples=["2026-11"])]
Zone = Annotated[str, Field(max_length=60, examples=["UTC", "Europe/Berlin"]), AfterValidator(_a_zone)]
LineStatus = Literal["estimated", "final", "paid"]


class NewAgreement(Message):
    """What a sender gets: a share of what the strategies earn above their high-water mark, month by month."""

    sender: Id
    strategies: Annotated[tuple[StrategyId, ...], Field(min_length=1, max_length=200)]
    share: Annotated[Decimal, Field(gt=0, le=1, max_digits=10, decimal_places=8, examples=["0.20"])]
    minimum: Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=2)] = Field(
        Decimal(0), description="Less than this is carried to the next month"
    )
    currency: Currency = "USD"
    time_zone: Zone = "UTC"
    starts_on: Day
    ends_on: Day | None = Field(None, description="First day that no longer counts")
    opening_mark: Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=2)] = Field(
        Decimal(0), description="Profit to be made before any is shared, such as a loss brought along"
    )

    @model_validator(mode="after")
    def _in_order(self) -> NewAgreement:
        if self.ends_on is not None and self.ends_on <= self.starts_on:
            raise ValueError("ends_on comes after starts_on")
        return self


class Agreement(NewAgreement):
    """An agreement as stored; only its end can be set later."""

    agreement_id: Id
    number: int = Field(ge=1)
    version: int = 1
    created_at: Instant
    created_by: Annotated[str, Field(max_length=200)]


class Agreements(Message):
    """Every agreement, the oldest first."""

    items: tuple[Agreement, ...]


class AgreementRequest(NewAgreement):
    """An agreement to make."""

    idempotency_key: Key


class AgreementEnd(Message):
    """When an agreement stops counting."""

    ends_on: Day


class NewPayment(Message):
    """A payment that was made to a sender; it names the statement it pays."""

    month: Month
    amount: Cents
    paid_on: Day
    reference: Note = ""
    bank_account: Annotated[str, Field(max_length=60, repr=False)] = Field("", description="Kept masked")
    accept_overpayment: bool = Field(False, description="Record it though it is more than what is due")
    idempotency_key: Key


class Payment(Message):
    """A payment as stored, never changed, numbered within its agreement."""

    payment_id: Id
    agreement_id: Id
    sender: Id
    number: int = Field(ge=1)
    month: Month
    amount: Money
    currency: Currency
    paid_on: Day
    reference: Note = ""
    bank_account: Annotated[str, Field(max_length=20)] = Field("", description="All but its last four hidden")
    recorded_at: Instant
    recorded_by: Annotated[str, Field(max_length=200)]


class Payments(Message):
    """Payments of one agreement, the oldest first."""

    items: tuple[Payment, ...]


class Statement(Message):
    """
    What one closed month came to, in the agreement's currency. Never changed; each holds its forerunner's hash.

    ``hash`` is SHA-256 of the statement's canonical JSON without it. A fill belongs to the month it was
    made in, or, booked after that month was closed, to the month it was booked in: a correction. A PAPER
    statement is an estimate: nothing of it is ever due.
    """

    agreement_id: Id
    sender: Id
    mode: Mode
    number: int = Field(ge=1)
    month: Month
    currency: Currency
    time_zone: Zone
    begins_at: Instant
    ends_at: Instant
    closed_at: Instant = Field(description="Bookings from here on enter the next statement")
    share: Decimal
    fills: int = Field(description="Ledger entries counted")
    fills_hash: str = Field(description="SHA-256 over the ids and amounts counted")
    corrections: Money = Field(description="Part of net that belongs to closed months")
    net: Money = Field(description="Realised P&L less commission")
    cumulative: Money = Field(description="Net since the agreement began")
    mark_before: Money = Field(description="High-water mark")
    mark: Money = Field(description="High-water mark from here on")
    fee: Money = Field(description="share x (cumulative - mark_before) where that is above 0, to the cent")
    brought: Money = Field(description="Balance of the statement before; negative: overpaid")
    paid: Money = Field(description="Payments since the statement before was closed")
    balance: Money = Field(description="brought + fee - paid")
    due: Money = Field(description="The balance, where it is above 0 and reaches the minimum; else, and on PAPER, 0")
    due_on: Day
    previous_hash: str
    hash: str


class Statements(Message):
    """Statements, the newest first."""

    items: tuple[Statement, ...]


class StatementLine(Message):
    """A statement in one line of a table; ``estimated`` is the month that still runs."""

    agreement_id: Id
    month: Month
    currency: Currency
    mode: Mode
    status: LineStatus
    net: Money
    cumulative: Money
    mark: Money
    fee: Money
    paid: Money
    due: Money
    due_on: Day
    hash: str | None = None
