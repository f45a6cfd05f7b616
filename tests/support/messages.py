"""Any message of the contracts, made from its own declaration: what hypothesis draws is what the model allows."""

from __future__ import annotations

import types
import typing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

import annotated_types as at
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, AwareDatetime, BaseModel, ValidationError
from pydantic.fields import FieldInfo

Strategy = st.SearchStrategy[Any]
DIGITS = 34
_TEXT = st.characters(codec="utf-8", exclude_characters="\x00")
_FIRST, _LAST = datetime(1970, 1, 1), datetime(9000, 1, 1)  # noqa: DTZ001  # hypothesis adds the zone
_SIMPLE = st.none() | st.booleans() | st.integers(-(2**31), 2**31) | st.text(_TEXT, max_size=5)


@cache
def any_of(model: type[BaseModel]) -> Strategy:
    """Return a strategy for valid instances of *model*."""
    fields = {name: _field(field) for name, field in model.model_fields.items()}
    drawn = st.fixed_dictionaries(fields)
    if model.__pydantic_decorators__.model_validators:  # fields that must go together: not every draw does
        return drawn.map(lambda values: _or_none(model, values)).filter(lambda made: made is not None)
    return drawn.map(model.model_validate)


def an_example(model: type[BaseModel]) -> Any:
    """Return one valid instance of *model*, the plainest that hypothesis thinks of first."""
    drawn: list[Any] = []

    @settings(
        max_examples=1, phases=[Phase.generate], database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(any_of(model))
    def draw(instance: Any) -> None:
        drawn.append(instance)

    draw()
    return drawn[0]


def _or_none(model: type[BaseModel], values: dict[str, Any]) -> BaseModel | None:
    try:
        return model.model_validate(values)
    except ValidationError:
        return None


def _field(field: FieldInfo) -> Strategy:
    if field.examples and any(isinstance(limit, AfterValidator) for limit in field.metadata):
        return st.sampled_from(field.examples)  # what a check of its own allows, no limit tells
    return _of(field.annotation, field.metadata)


def _of(annotation: Any, limits: typing.Sequence[Any] = ()) -> Strategy:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        said = next((one.examples for one in arguments[1:] if isinstance(one, FieldInfo) and one.examples), None)
        if said and any(isinstance(one, AfterValidator) for one in arguments[1:]):
            return st.sampled_from(said)
        return _of(arguments[0], [*_flat(arguments[1:]), *limits])
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(_of(part, limits) for part in arguments))
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin in (tuple, list, set, frozenset):
        least, most = _sizes(limits, 3)
        return st.lists(_of(arguments[0]), min_size=least, max_size=most).map(origin)
    if origin is dict:
        least, most = _sizes(limits, 3)
        return st.dictionaries(_key(arguments[0]), _of(arguments[1]), min_size=least, max_size=most)
    return _plain(annotation, limits)


def _plain(annotation: Any, limits: typing.Sequence[Any]) -> Strategy:
    if annotation is Any:
        return _SIMPLE
    if annotation is type(None):
        return st.none()
    if issubclass(annotation, BaseModel):
        return any_of(annotation)
    if issubclass(annotation, Enum):
        return st.sampled_from(list(annotation))
    made: Strategy = _SCALARS[annotation](limits)
    return made


def _flat(metadata: typing.Iterable[Any]) -> list[Any]:
    """Return the limits, also those that pydantic's own ``Field`` and metadata wrap."""
    found: list[Any] = []
    for each in metadata:
        found += each.metadata if isinstance(each, FieldInfo) else [each]
    return found


def _told(limits: typing.Sequence[Any], kind: Any, name: str) -> Any:
    found = [getattr(limit, name) for limit in _flat(limits) if isinstance(limit, kind)]
    general = [getattr(limit, name) for limit in _flat(limits) if not isinstance(limit, kind) and hasattr(limit, name)]
    return next((value for value in found + general if value is not None), None)


def _sizes(limits: typing.Sequence[Any], room: int) -> tuple[int, int]:
    least = _told(limits, at.MinLen, "min_length") or 0
    longest = _told(limits, at.MaxLen, "max_length")
    return least, min(least + room, least + room if longest is None else longest)


def _key(annotation: Any) -> Strategy:
    return _of(annotation).filter(lambda key: not isinstance(key, str) or (key != "" and "$" not in key))


def _text(limits: typing.Sequence[Any]) -> Strategy:
    if pattern := _told(limits, (), "pattern"):
        return st.from_regex(pattern, fullmatch=True).filter(lambda text: "\n" not in text)
    least, most = _sizes(limits, 12)
    return st.text(_TEXT, min_size=least, max_size=most)


def _bounds(limits: typing.Sequence[Any]) -> tuple[Any, Any, Any, Any]:
    return (
        _told(limits, at.Ge, "ge"),
        _told(limits, at.Gt, "gt"),
        _told(limits, at.Le, "le"),
        _told(limits, at.Lt, "lt"),
    )


def _decimal(limits: typing.Sequence[Any]) -> Strategy:
    ge, gt, le, lt = _bounds(limits)
    if (places := _told(limits, (), "decimal_places")) is not None:
        most = Decimal(10) ** ((_told(limits, (), "max_digits") or DIGITS) - places) - 1
        least = ge if ge is not None else gt if gt is not None else -most
        top = min(most, *(bound for bound in (le, lt) if bound is not None), most)
        return st.decimals(least, top, places=places).filter(lambda one: one != gt and one != lt)
    digits = st.integers(-(10**DIGITS) + 1, 10**DIGITS - 1)
    wide = st.builds(lambda number, places: Decimal(f"{number}E-{places}"), digits, st.integers(0, DIGITS))
    plain = st.decimals(-(10**9), 10**9, places=2) | st.decimals(0, 100, places=8)

    def allowed(number: Decimal) -> bool:
        return (
            (ge is None or number >= ge)
            and (gt is None or number > gt)
            and (le is None or number <= le)
            and (lt is None or number < lt)
        )

    if ge is not None or gt is not None:
        wide, plain = wide.map(Decimal.copy_abs), plain.map(Decimal.copy_abs)  # abs() would round
    if le is not None or lt is not None:
        plain = st.decimals(ge if ge is not None else gt or 0, le if le is not None else lt, places=4)
        return plain.filter(allowed)
    return (wide | plain).filter(allowed)


def _integer(limits: typing.Sequence[Any]) -> Strategy:
    ge, gt, le, lt = _bounds(limits)
    least = ge if ge is not None else gt + 1 if gt is not None else -(2**63)
    return st.integers(least, le if le is not None else lt - 1 if lt is not None else 2**63 - 1)


def _float(limits: typing.Sequence[Any]) -> Strategy:
    ge, gt, le, lt = _bounds(limits)
    return st.floats(
        min_value=ge if ge is not None else gt,
        max_value=le if le is not None else lt,
        exclude_min=gt is not None,
        exclude_max=lt is not None,
        allow_nan=False,
        allow_infinity=False,
    )


_SCALARS: dict[Any, Any] = {
    str: _text,
    bool: lambda _: st.booleans(),
    int: _integer,
    float: _float,
    Decimal: _decimal,
    AwareDatetime: lambda _: st.datetimes(_FIRST, _LAST, timezones=st.just(UTC)).map(lambda at: at.replace(fold=0)),
    bytes: lambda _: st.binary(max_size=20),
    timedelta: lambda _: st.timedeltas(timedelta(0), timedelta(days=365)),
}
