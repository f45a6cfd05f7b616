"""What an order may do now."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from execution.domain.calendar import NEW_YORK
from execution.domain.exits import Reducible
from execution.domain.instruments import Reference, describe
from execution.domain.submission import End, Situation, Submit, Wait, next_step
from execution.domain.venues import refuse_account
from mathematricks.contracts.controls import Controls, Scope
from mathematricks.contracts.instruments import Contract
from mathematricks.contracts.orders import OrderStatus
from mathematricks.contracts.rest import BrokerAccount
from support.controls import a_switch
from support.execution import AAPL, ACCOUNT, NOON, a_quote, a_record, an_exit, an_order

SHARE = describe(AAPL, Reference())
NIGHT = NOON.astimezone(NEW_YORK).replace(hour=2)
PLENTY = Reducible(Decimal(100), Decimal(100))


MOMENTUM = Scope(kind="strategy", name="momentum")


def controls(**but: Any) -> Controls:
    return Controls(worker="w1", changed_at=NOON, **but)


def step_of(
    order: Any, *, now: Any = NOON, control: Controls | None = None, quote: Any = None, **situation: Any
) -> Any:
    seen = Situation(**{"instrument": SHARE} | situation)
    return next_step(a_record(order), control or controls(), quote, seen, now)


def test_an_entry_that_nothing_stands_against_is_submitted_whole():
    assert step_of(an_order()) == Submit(Decimal(100))


@pytest.mark.parametrize(
    "modes",
    [(Scope(), "reduce_only"), (Scope(kind="account", name=ACCOUNT), "flatten"), (MOMENTUM, "cancel_resting")],
)
def test_every_mode_in_force_refuses_an_entry_and_no_exit(modes: Any):
    fired = controls(switches=(a_switch(*modes),))
    refused = step_of(an_order(), control=fired)
    going = step_of(an_exit(an_order()), control=fired, reducible=PLENTY)

    assert isinstance(refused, End)
    assert refused.status is OrderStatus.REJECTED
    assert refused.reason.startswith("KILL_SWITCH")
    assert isinstance(going, Submit)


@pytest.mark.parametrize(
    ("side", "worst", "goes"),
    [("BUY", "150.01", True), ("BUY", "150", False), ("SELL", "149.99", True), ("SELL", "150", False)],
)
def test_the_worst_price_is_held_against_the_far_side(side: str, worst: str, goes: bool):
    step = step_of(an_order(side=side, worst_price=Decimal(worst)), quote=a_quote())

    assert isinstance(step, Submit if goes else End)


def test_an_entry_expires_with_its_validity_and_an_exit_never():
    late = NOON - timedelta(seconds=1)

    entry = step_of(an_order(valid_until=late))
    exit_ = step_of(an_exit(an_order(), valid_until=late), reducible=PLENTY)

    assert isinstance(entry, End)
    assert entry.status is OrderStatus.EXPIRED
    assert isinstance(exit_, Submit)


def test_while_the_market_is_closed_market_entries_are_refused_and_the_rest_waits_for_the_open():
    market = step_of(an_order(), now=NIGHT)
    limit = step_of(an_order(order_type="LIMIT", limit_price=Decimal(149)), now=NIGHT)
    exit_ = step_of(an_exit(an_order()), now=NIGHT, reducible=PLENTY)

    assert isinstance(market, End)
    assert market.reason.startswith("MARKET_CLOSED")
    assert isinstance(limit, Wait)
    assert isinstance(exit_, Wait)
    assert limit.until == exit_.until == NIGHT.replace(hour=9, minute=30)


def test_an_entry_waits_for_the_legs_of_its_group_but_not_for_ever():
    waiting = step_of(an_order(total_legs=2), legs_missing=1)
    forgotten = step_of(an_order(total_legs=2), legs_missing=1, now=NOON + timedelta(minutes=1))

    assert isinstance(waiting, Wait)
    assert isinstance(forgotten, End)


def test_an_exit_is_trimmed_to_what_is_held_but_not_before_a_second_look():
    order, held = an_exit(an_order()), Reducible(Decimal(60), Decimal(60))

    at_once = step_of(order, reducible=held)
    later = step_of(order, reducible=held, now=NOON + timedelta(seconds=1))

    assert isinstance(at_once, Wait)
    assert later == Submit(Decimal(60), "trimmed from 100 to 60: no more can be reduced")


def test_an_exit_with_nothing_to_reduce_ends_and_one_that_others_crowd_out_waits():
    later = NOON + timedelta(seconds=1)

    nothing = step_of(an_exit(an_order()), reducible=Reducible(Decimal(0), Decimal(0)), now=later)
    crowded = step_of(an_exit(an_order()), reducible=Reducible(Decimal(100), Decimal(20)), now=later)

    assert isinstance(nothing, End)
    assert nothing.status is OrderStatus.CANCELLED
    assert isinstance(crowded, Wait)


def test_a_person_is_told_of_an_exit_that_others_crowd_out_for_long():
    crowded = Situation(instrument=SHARE, reducible=Reducible(Decimal(100), Decimal(20)))
    exit_ = a_record(an_exit(an_order()))
    told: list[tuple[bool, bool]] = []
    for seconds in (1, 5, 12, 13):
        now = NOON + timedelta(seconds=seconds)
        step = next_step(exit_, controls(), None, crowded, now)
        assert isinstance(step, Wait)
        told.append((step.reason != exit_.reason, step.alarming))
        if step.reason != exit_.reason:
            exit_ = exit_.model_copy(update={"reason": step.reason, "updated_at": now})

    assert told == [(True, False), (False, False), (True, True), (False, True)]


def test_an_exit_that_cannot_be_sent_is_kept_and_alarms():
    stuck = step_of(an_exit(an_order()), account_refusal="ACCOUNT_UNKNOWN: no broker", reducible=PLENTY)

    assert isinstance(stuck, Wait)
    assert stuck.alarming


def test_an_unknown_or_expired_instrument_refuses_an_entry():
    gone = an_order(contract=Contract(symbol="GC", type="FUTURE", expiry="20260301"))

    assert step_of(an_order(), instrument=None).reason.startswith("UNSUPPORTED_INSTRUMENT")
    assert step_of(gone).reason.startswith("INSTRUMENT_EXPIRED")


def an_account(name: str, broker: str, mode: Any) -> BrokerAccount:
    return BrokerAccount(account=name, broker=broker, mode=mode, base_currency="USD")


PAPER, LIVE = an_account(ACCOUNT, "paper", "PAPER"), an_account("IBKR_Main", "ibkr", "LIVE")
DISGUISED = an_account("paper:x", "ibkr", "PAPER")


@pytest.mark.parametrize(
    ("mode", "found", "allow_live", "may"),
    [
        ("PAPER", PAPER, False, True),
        ("PAPER", LIVE, True, False),
        ("PAPER", DISGUISED, True, False),
        ("PAPER", None, True, False),
        ("LIVE", PAPER, True, False),
        ("LIVE", LIVE, True, True),
        ("LIVE", LIVE, False, False),
        ("LIVE", None, True, False),
    ],
)
def test_paper_never_reaches_a_real_broker_and_live_needs_everyone_to_say_so(
    mode: Any, found: BrokerAccount | None, allow_live: bool, may: bool
):
    name = found.account if found else "somewhere"

    assert (refuse_account(mode, name, found, allow_live=allow_live) is None) is may


def test_the_opening_half_of_a_reversal_waits_for_its_exits_and_cancels_nothing():
    waiting = step_of(an_order(), ahead=("o-exit",))

    assert isinstance(waiting, Wait)
    assert waiting.blocked_by == ()
    assert step_of(an_order(), ahead=()) == Submit(Decimal(100))
