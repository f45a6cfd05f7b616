"""The vocabulary of every contract: messages, topics, collections, money, time and identity."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field


def to_instant(moment: datetime) -> datetime:
    """Return *moment* in UTC, cut to the millisecond: the finest step that MongoDB stores."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    beyond = moment.microsecond % 1000
    return moment.replace(microsecond=moment.microsecond - beyond) if beyond else moment


Instant = Annotated[AwareDatetime, AfterValidator(to_instant)]
"""An aware UTC time of millisecond precision, so that it survives storage unchanged."""

MOST_DIGITS = 34
"""What MongoDB's Decimal128 holds."""


def _storable(number: Decimal) -> Decimal:
    # Counting digits costs microseconds, and a signal's walk validates hundreds of numbers: count only what looks long.
    text = str(number)
    if (len(text) > MOST_DIGITS or "E" in text) and _digits(number) > MOST_DIGITS:
        raise ValueError(f"has more than {MOST_DIGITS} digits")
    return number


def _digits(number: Decimal) -> int:
    """The digits of *number* written out without an exponent."""
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        return 0
    return len(digits) + exponent if exponent > 0 else max(len(digits), -exponent)


Exact = Annotated[Decimal, Field(allow_inf_nan=False), AfterValidator(_storable)]
"""A number that every store and wire of the desk carries to its last digit."""

Money = Exact
"""An amount in a currency named beside it. Exact: JSON carries it as text, MongoDB as Decimal128."""

Price = Exact
"""Quote currency per unit of the instrument. May be negative (spreads, some futures)."""

Quantity = Annotated[Exact, Field(ge=0)]
"""Units of the instrument, never negative: the side says which way."""

Id = Annotated[str, Field(min_length=1, max_length=200)]
Currency = Annotated[str, Field(pattern=r"^[A-Z0-9]{2,10}$")]
Mode = Literal["LIVE", "PAPER"]
Environment = Literal["staging", "production"]
Side = Literal["BUY", "SELL"]


def opposite(side: Side) -> Side:
    """Return the side that undoes *side*."""
    return "SELL" if side == "BUY" else "BUY"


def derive_id(prefix: str, *causes: object) -> str:
    """
    Return an id that is a function of its causes: *prefix* and 25 base32 characters of their SHA-256.

    The same causes give the same id in every process and for ever; ``[a-z0-9]`` only, so that
    it can travel to a broker as our client order id.
    """
    joined = "\x1f".join(str(cause) for cause in causes)
    digest = hashlib.sha256(joined.encode()).digest()[:20]  # 32 characters of base32, of which 25 are used
    return prefix + base64.b32encode(digest).decode().lower()[:25]


class Message(BaseModel):
    """Anything that crosses a boundary: immutable, and tolerant of fields a newer sender added."""

    model_config = ConfigDict(frozen=True, extra="ignore")


M = TypeVar("M", bound=Message)


@dataclass(frozen=True)
class Topic(Generic[M]):
    """
    A named stream of one message type; *key* groups messages that concern the same thing.

    A topic is its name: one read through a narrower model is still the same topic.
    """

    name: str
    model: type[M] = field(compare=False)
    key: Callable[[M], str] = field(compare=False)
    purpose: str = field(default="", compare=False)


@dataclass(frozen=True)
class Index:
    """An index on *keys* (1 ascending, -1 descending); *where* makes it partial."""

    keys: tuple[tuple[str, int], ...]
    unique: bool = False
    where: dict[str, Any] | None = None
    expire_after_seconds: int | None = None


@dataclass(frozen=True)
class Collection:
    """A MongoDB collection with its one writer, its indexes and the model its validator comes from."""

    name: str
    owner: str
    purpose: str
    indexes: tuple[Index, ...] = ()
    model: type[BaseModel] | None = None
    capped_bytes: int | None = None
