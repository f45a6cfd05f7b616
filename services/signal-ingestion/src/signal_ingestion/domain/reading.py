"""Reading one object of a body: text, numbers and words, each named in its complaint but never repeated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any, TypeVar

from mathematricks.contracts.base import to_instant
from mathematricks.contracts.signals import decimal_text

from signal_ingestion.domain.refused import Refused

T = TypeVar("T")

_EXACT = Context(prec=34, traps=[Inexact, InvalidOperation])
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_BLANKS = re.compile(r"[\s-]+")
_TOO_LARGE = Decimal(10) ** 18
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 2000, 2099
_MILLISECONDS_FROM = Decimal(10) ** 11
"""From here on an epoch counts milliseconds: as seconds it would be the year 5138."""


@dataclass(frozen=True)
class Fields:
    """
    One object of a body.

    Args:
        values: The object.
        path: Where it stands, for complaints: ``signal_legs[0].``
        warnings: Collects what the sender should know although the body is accepted.
    """

    values: Mapping[str, Any]
    path: str
    warnings: list[str]

    def refused(self, name: str, complaint: str) -> Refused:
        """Return the refusal that says what is wrong with the field *name*."""
        return Refused(400, f"{self.path}{name} {complaint}")

    def warn(self, warning: str) -> None:
        """Tell the sender *warning*, once, with the body accepted all the same."""
        said = f"{self.path}{warning}"
        if said not in self.warnings:
            self.warnings.append(said)

    def found(self, *names: str) -> tuple[str, Any]:
        """Return the first of *names* that has a value, with it; the first name and None where none has."""
        for name in names:
            value = self.values.get(name)
            if value is not None and value != "":
                return name, value
        return names[0], None

    def text(self, *names: str, most: int = 60) -> str | None:
        """Return trimmed printable text of at most *most* characters; a number is taken as written."""
        name, value = self.found(*names)
        if isinstance(value, Decimal):
            value = decimal_text(self._exact(name, value))
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.refused(name, "must be text")
        value = value.strip()
        if len(value) > most:
            raise self.refused(name, f"is longer than {most} characters")
        if not value.isprintable():
            raise self.refused(name, "holds characters that cannot be printed")
        return value or None

    def number(self, *names: str) -> Decimal | None:
        """Return an exact number of at most 34 digits, given as a number or as text."""
        name, value = self.found(*names)
        if isinstance(value, str):
            value = self._number_of(name, value.strip())
        if value is None:
            return None
        if not isinstance(value, Decimal):
            raise self.refused(name, "must be a number")
        value = self._exact(name, value)
        if abs(value) >= _TOO_LARGE:
            raise self.refused(name, "is too large to be meant")
        return value

    def above_zero(self, *names: str) -> Decimal | None:
        """Return a positive number; 0 means that there is none."""
        number = self.number(*names)
        if number is not None and number < 0:
            raise self.refused(self.found(*names)[0], "must not be negative")
        return number or None

    def word(self, *names: str) -> str | None:
        """Return a word in capitals, its blanks and hyphens as underscores."""
        text = self.text(*names)
        return _BLANKS.sub("_", text.upper()) if text else None

    def choice(self, meanings: Mapping[str, T], *names: str) -> T | None:
        """Return what the word in the field means; refuse a word that means nothing here."""
        word = self.word(*names)
        if word is None:
            return None
        if word not in meanings:
            allowed = ", ".join(sorted({str(meaning) for meaning in meanings.values()}))
            raise self.refused(self.found(*names)[0], f"must be one of {allowed}")
        return meanings[word]

    def instant(self, name: str) -> datetime | None:
        """Return a time given as seconds, milliseconds or ISO 8601; without a zone it is UTC."""
        value = self.values.get(name)
        if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
            return self._iso(name, value.strip())
        number = self.number(name)
        if number is None:
            return None
        milliseconds = number if abs(number) >= _MILLISECONDS_FROM else number * 1000
        try:
            return self._plausible(name, _EPOCH + timedelta(milliseconds=int(milliseconds)))
        except OverflowError:
            raise self.refused(name, "is not a time") from None

    def _number_of(self, name: str, text: str) -> Decimal | None:
        if not text:
            return None
        if len(text) > 60 or not _NUMBER.fullmatch(text):
            raise self.refused(name, "must be a number")
        return Decimal(text)

    def _exact(self, name: str, value: Decimal) -> Decimal:
        if not value:
            return Decimal(0)
        try:
            value = _EXACT.plus(value)
        except (Inexact, InvalidOperation):
            raise self.refused(name, "has more than 34 digits") from None
        if not -20 <= value.adjusted() < 34:
            raise self.refused(name, "is too large or too small to be meant")
        return value if -34 <= int(value.as_tuple().exponent) <= 0 else Decimal(decimal_text(value))

    def _iso(self, name: str, text: str) -> datetime:
        try:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                self.warn(f"{name} names no time zone; taken for UTC")
                moment = moment.replace(tzinfo=UTC)
            return self._plausible(name, moment.astimezone(UTC))
        except (ValueError, OverflowError):
            raise self.refused(name, "must be seconds or milliseconds since 1970, or an ISO 8601 time") from None

    def _plausible(self, name: str, moment: datetime) -> datetime:
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise self.refused(name, f"must lie between {_FIRST_YEAR} and {_LAST_YEAR}")
        return to_instant(moment)
