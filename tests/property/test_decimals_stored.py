"""What MongoDB stores of a number is what the driver's own codec would store."""

from __future__ import annotations

from decimal import Decimal

import pytest
from bson.decimal128 import Decimal128
from hypothesis import example, given
from hypothesis import strategies as st
from mathematricks.storage.decimals import to_decimal, to_decimal128

numbers = st.builds(
    lambda digits, exponent, negative: Decimal((negative, tuple(map(int, str(digits))), exponent)),
    st.integers(0, 10**34 - 1),
    st.one_of(st.integers(-40, 20), st.integers(-6176, 6111)),
    st.integers(0, 1),
)


@given(number=numbers)
@example(number=Decimal("-0.00"))
@example(number=Decimal("9" * 34))
@example(number=Decimal("0E-6176"))
@example(number=Decimal("NaN"))
@example(number=Decimal("-Infinity"))
def test_a_number_is_stored_as_the_driver_stores_it_and_comes_back(number: Decimal) -> None:
    stored = to_decimal128(number)

    assert stored.bid == Decimal128(number).bid
    assert str(to_decimal(stored)) == str(Decimal128(number).to_decimal()) == str(number)


@pytest.mark.parametrize("text", ["1" * 35, "0." + "1" * 35, "1E+7000", "1E-7000"])
def test_what_does_not_fit_is_refused_or_clamped_as_by_the_driver(text: str) -> None:
    try:
        expected: object = Decimal128(Decimal(text)).bid
    except ArithmeticError as error:
        expected = type(error)

    try:
        found: object = to_decimal128(Decimal(text)).bid
    except ArithmeticError as error:
        found = type(error)

    assert found == expected
