"""Each limit before the trade refuses what exceeds it, with its numbers, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from execution.domain.controls.limits import Around, Asked, Breach, applying, asked_of, refuse_entry
from execution.domain.controls.tape import Tape
from execution.domain.instruments import Reference, describe
from mathematricks.contracts.controls import Limits, Scope
from mathematricks.contracts.orders import Attempt, OrderRecord
from support.controls import DESK, on_account, on_strategy, some_controls
from support.execution import AAPL, ACCOUNT, NOON, a_quote, a_record, an_exit, an_order

D = Decimal
SHARE = describe(AAPL, Reference())


def asked(**but: Any) -> Asked:
    usual: dict[str, Any] = {"instrument": "AAPL", "symbol": "AAPL", "side": "BUY", "quantity": D(100)}
    return Asked(**usual | {"price": D(150), "worth": D(150), "middle": D(150)} | but)


def breach(limits: Limits, around: Around | None = None, **but: Any) -> Breach | None:
    return refuse_entry(asked(**but), [(DESK, limits)], lambda scope, each: around or Around())


@pytest.mark.parametrize(
    ("limits", "around", "but", "control", "facts"),
    [
        ({"max_order_quantity": D(99)}, {}, {}, "CONTROL_MAX_QUANTITY", {"asked": "100", "limit": "99"}),
        ({"max_order_notional": D(14_999)}, {}, {}, "CONTROL_MAX_NOTIONAL", {"asked": "15000", "limit": "14999"}),
        (
            {"max_position": D(20_000)},
            {"position": D(40)},
            {},
            "CONTROL_MAX_POSITION",
            {"asked": "21000", "limit": "20000"},
        ),
        (
            {"max_daily_loss": D(500)},
            {"lost_today": D(500)},
            {},
            "CONTROL_DAILY_LOSS",
            {"asked": "500", "limit": "500"},
        ),
        ({"max_daily_loss": D(500)}, {}, {}, "CONTROL_DAILY_LOSS", {"limit": "500"}),
        ({"max_orders_per_second": 2}, {"sent": 2}, {}, "CONTROL_ORDER_RATE", {"asked": "3", "limit": "2"}),
        ({"max_repeats": 1}, {"repeats": 1}, {}, "CONTROL_REPEATED", {"asked": "2", "limit": "1"}),
        ({"restricted": ("AAPL",)}, {}, {}, "CONTROL_RESTRICTED", {}),
        ({"restricted": (" aapl ",)}, {}, {}, "CONTROL_RESTRICTED", {}),
        ({"restricted": ("BTC",)}, {}, {"instrument": "BTC/USD", "symbol": "BTC/USD"}, "CONTROL_RESTRICTED", {}),
        ({"restricted": ("GC",)}, {}, {"instrument": "GC-20281227", "symbol": "GC"}, "CONTROL_RESTRICTED", {}),
        ({"max_order_notional": D(1)}, {}, {"worth": None}, "CONTROL_NO_PRICE", {}),
        ({"price_collar": D("0.01")}, {}, {"middle": None}, "CONTROL_PRICE_COLLAR", {"limit": "0.01"}),
    ],
)
def test_what_exceeds_a_limit_is_refused_with_its_numbers(
    limits: dict[str, Any], around: dict[str, Any], but: dict[str, Any], control: str, facts: dict[str, str]
):
    found = breach(Limits(**limits), Around(**around), **but)

    assert found is not None
    assert (found.control, found.facts) == (control, facts)
    assert found.sentence.startswith(f"{control}: ")
    assert found.sentence.endswith("(the desk)")


@pytest.mark.parametrize(
    ("limits", "around"),
    [
        ({"max_order_quantity": D(100)}, {}),
        ({"max_order_notional": D(15_000)}, {}),
        ({"max_position": D(21_000)}, {"position": D(40)}),
        ({"max_daily_loss": D(500)}, {"lost_today": D("499.99")}),
        ({"max_daily_loss": D(500)}, {"lost_today": D(-2000)}),
        ({"max_orders_per_second": 2}, {"sent": 1}),
        ({"max_repeats": 2}, {"repeats": 1}),
        ({"restricted": ("MSFT",)}, {}),
        ({}, {"sent": 10_000, "repeats": 10_000, "lost_today": D(10**9)}),
    ],
)
def test_what_stays_within_its_limits_goes(limits: dict[str, Any], around: dict[str, Any]):
    assert breach(Limits(**limits), Around(**around)) is None


def test_an_entry_that_shrinks_a_position_is_not_refused_for_the_position():
    assert breach(Limits(max_position=D(1000)), Around(position=D(-200))) is None


@pytest.mark.parametrize(
    ("side", "price", "goes"),
    [
        ("BUY", "151.5", True),
        ("BUY", "151.51", False),
        ("BUY", "100", True),
        ("SELL", "148.5", True),
        ("SELL", "148.49", False),
        ("SELL", "300", True),
    ],
)
def test_the_collar_holds_the_price_to_the_middle_of_the_quote_on_the_side_that_costs(
    side: str, price: str, goes: bool
):
    found = breach(Limits(price_collar=D("0.01")), side=side, price=D(price))

    assert (found is None) is goes


@pytest.mark.parametrize(
    ("order", "price"),
    [
        ({}, "150.01"),
        ({"side": "SELL"}, "149.99"),
        ({"order_type": "LIMIT", "limit_price": D(149)}, "149"),
        ({"order_type": "STOP", "stop_price": D(160)}, "160"),
    ],
)
def test_an_order_is_priced_by_its_limit_else_by_the_far_side(order: dict[str, Any], price: str):
    seen = asked_of(an_order(**order), D(100), (SHARE, a_quote(), D(2)))

    assert (seen.price, seen.worth, seen.middle) == (D(price), D(price) * 2, D(150))


def test_limits_of_every_scope_bear_on_an_order_and_of_no_other():
    own = Limits(max_order_quantity=D(1))
    scopes = [DESK, on_account(ACCOUNT), on_strategy("momentum")]
    others = [on_account("paper:Other"), on_strategy("other")]
    controls = some_controls(*((scope, own) for scope in (*scopes, *others)))

    assert [scope for scope, _ in applying(controls, an_order())] == scopes


def sent(number: int, seconds: float, **but: Any) -> OrderRecord:
    order = an_order(order_id=f"o{number}", **but)
    begun = NOON + timedelta(seconds=seconds)
    attempt = Attempt(number=1, client_order_id=f"o{number}.1", quantity=D(100), begun_at=begun)
    return a_record(order, attempts=(attempt,))


def taped(orders: Iterable[OrderRecord]) -> Tape:
    tape = Tape()
    for order in orders:
        tape.note(order)
    return tape


def test_orders_within_a_second_are_counted_by_scope_and_with_what_goes_beside():
    tape = taped([sent(1, 0), sent(2, 0.5), sent(3, 0.9, strategy_id="other")])
    now, beside = NOON + timedelta(seconds=1.2), [a_record(an_order(order_id="o4"))]

    assert tape.within_a_second(DESK, now) == 2
    assert tape.within_a_second(on_strategy("momentum"), now, beside) == 2
    assert tape.within_a_second(on_account("paper:Other"), now, beside) == 0


def test_the_same_order_again_is_a_repeat_and_another_attempt_of_it_is_not():
    tape = taped([sent(1, 0), sent(2, 20), sent(3, 30, quantity=D(99)), sent(4, 40, side="SELL")])
    again, since = a_record(an_order(order_id="o9")), NOON + timedelta(seconds=10)

    assert tape.repeats(again, DESK, NOON - timedelta(seconds=1)) == 2
    assert tape.repeats(again, DESK, since) == 1
    assert tape.repeats(a_record(an_order(order_id="o2")), DESK, since) == 0
    assert tape.repeats(again, on_strategy("other"), since) == 0


def test_exits_are_sent_but_are_never_repeats_and_the_tape_forgets():
    exits = [sent(i, 0, purpose="exit") for i in range(3)]
    tape = taped(exits)

    assert tape.within_a_second(Scope(), NOON) == 3
    assert tape.repeats(a_record(an_order(order_id="o9")), DESK, NOON - timedelta(hours=1)) == 0
    tape.note(sent(9, 3600))
    assert tape.within_a_second(DESK, NOON + timedelta(seconds=3600)) == 1
    assert an_exit(an_order()).purpose == "exit"
