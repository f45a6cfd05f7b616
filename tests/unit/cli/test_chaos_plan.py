"""What a seed decides: the same signals and the same blows each time, and other ones under another seed."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mathematricks_cli import fleet
from mathematricks_cli.chaos.plan import FAULTS, KILLABLE, MONGOD, VENUE, Options, chosen, plan_of
from mathematricks_cli.chaos.points import ANYONE, fail_points
from mathematricks_cli.chaos.signals import MARKET, kinds_in, market_question, signals_of, strategies_of
from mathematricks_cli.faults import OperatorFault

D = Decimal
POINTS = fail_points()
seeds = st.integers(0, 1 << 32)
counts = st.integers(1, 400)


@given(seed=seeds, count=counts)
def test_a_seed_gives_the_same_signals_and_the_same_blows_each_time(seed: int, count: int):
    options = Options(count, seed)

    assert strategies_of(seed) == strategies_of(seed)
    assert signals_of(seed, count, strategies_of(seed)) == signals_of(seed, count, strategies_of(seed))
    assert plan_of(options, POINTS) == plan_of(options, POINTS)


def test_another_seed_gives_others():
    plans = [plan_of(Options(500, seed), POINTS) for seed in range(5)]
    streams = [signals_of(seed, 100, strategies_of(seed)) for seed in range(5)]

    assert all(one != other for one, other in combinations(plans, 2))
    assert all(one != other for one, other in combinations(streams, 2))


@given(seed=seeds, count=counts)
def test_exactly_as_many_signals_are_sent_as_were_asked_for_each_under_a_name_of_its_own(seed: int, count: int):
    signals = [each for stream in signals_of(seed, count, strategies_of(seed)).values() for each in stream]

    assert len(signals) == count
    assert len({each.name for each in signals}) == count


def test_a_run_has_signals_of_every_kind_copies_repetitions_and_every_way_to_sign():
    strategies = strategies_of(3)
    streams = signals_of(3, 2000, strategies)
    signals = [each for stream in streams.values() for each in stream]

    assert set(kinds_in(streams)) >= {
        "entry",
        "overtaking exit",
        "pair",
        "reversal",
        "cancel",
        "protected entry",
        "stop",
    }
    assert {each.route for each in signals} == {"passphrase", "token", "mac", "websocket"}
    assert any(each.copies > 1 for each in signals)
    assert any(each.repeats for each in signals)


def test_strategies_of_one_account_share_instruments_so_that_they_hold_against_each_other():
    strategies = strategies_of(1)
    on_account = Counter(one.symbol for each in strategies if each.account == "Chaos_A" for one in each.instruments)

    assert max(on_account.values()) > 1
    assert set(on_account) <= {one.symbol for one in MARKET}


def test_an_order_that_is_to_rest_is_not_the_price_its_instrument_begins_at():
    question = market_question()

    assert question.seen == {
        contract.key: D(str(one.price)) for contract, one in zip(question.contracts, MARKET, strict=True)
    }


def test_a_long_run_kills_everything_that_may_be_killed_and_lets_every_fault_strike():
    plan = plan_of(Options(5000, 1), POINTS)

    assert {name for blow in plan if blow.kind != "fault" for name in blow.target} == set(KILLABLE)
    assert {name for blow in plan if blow.kind == "fault" for name in blow.target} == set(FAULTS)
    assert any(blow.kind == "fail_point" for blow in plan)


@given(seed=seeds, count=st.integers(2, 2000))
def test_blows_fall_in_order_while_signals_are_sent_and_only_on_what_was_chosen(seed: int, count: int):
    plan = plan_of(Options(count, seed, kill=("cerebro", VENUE), faults=("delay",)), POINTS)

    places = [blow.after for blow in plan]
    assert places == sorted(places)
    assert all(0 <= place < count for place in places)
    assert {name for blow in plan for name in blow.target} <= {"cerebro", VENUE, "delay"}


@given(seed=seeds)
def test_a_process_dies_at_points_that_it_passes(seed: int):
    for blow in plan_of(Options(3000, seed), POINTS):
        if blow.kind == "fail_point":
            (victim,) = blow.target
            own = {*POINTS[victim], *(POINTS[ANYONE] if victim in fleet.START_ORDER else ())}
            assert blow.point in own


def test_nothing_is_done_where_nothing_was_asked_for():
    assert plan_of(Options(500, 1, kill=(), faults=()), POINTS) == ()


def test_names_with_commas_all_and_none_choose_and_an_unknown_name_is_refused():
    assert chosen("all", KILLABLE, "process") == KILLABLE
    assert chosen("none", KILLABLE, "process") == ()
    assert chosen("mongod, cerebro", KILLABLE, "process") == ("cerebro", MONGOD)
    with pytest.raises(OperatorFault, match="No process is called sauron"):
        chosen("cerebro,sauron", KILLABLE, "process")


def test_every_service_of_the_walk_and_the_venue_have_fail_points():
    assert all(
        POINTS[name] for name in (fleet.INGESTION, fleet.CEREBRO, fleet.EXECUTION, fleet.ACCOUNTS, VENUE, ANYONE)
    )
