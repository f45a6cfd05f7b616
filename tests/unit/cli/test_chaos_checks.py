"""The judge of chaos on trial: a desk that kept every promise passes, and each promise broken is told as what it is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from cerebro.domain.inputs import inputs_from, inputs_text
from mathematricks.contracts.executions import UNATTRIBUTED
from mathematricks.contracts.orders import OrderStatus
from mathematricks_cli.books import Balance, Figure, MissingFills
from mathematricks_cli.chaos.breaker import Felt
from mathematricks_cli.chaos.checks import breaches_of
from mathematricks_cli.chaos.evidence import Evidence
from mathematricks_cli.chaos.plan import Blow
from mathematricks_cli.chaos.report import SLOWEST_RECOVERY, slow_recoveries, tally_of
from support.cerebro import a_book, inputs_for
from support.chaos import LATER, D, a_fill, a_whole_desk, an_attempt, answered, at_venue, decided_by, done, replaced
from support.execution import an_order
from support.signals import a_signal

WHOLE = a_whole_desk()
FIRST, MORE, OUT = (order.order_id for order in WHOLE.orders.values())


def told(evidence: Evidence) -> list[str]:
    """What the checks say, a line each."""
    return [f"{breach.wrong}: {breach.what}" for breach in breaches_of(evidence)]


def with_order(order_id: str, **but: object) -> Evidence:
    """The whole desk, but for what execution says of one order."""
    return replace(WHOLE, orders={**WHOLE.orders, order_id: WHOLE.orders[order_id].model_copy(update=but)})


def at_the_venue(place: int, **but: object) -> Evidence:
    """The whole desk, but for what the venue says of one order."""
    changed = WHOLE.venue_orders[place].model_copy(update=but)
    return replace(WHOLE, venue_orders=replaced(WHOLE.venue_orders, place, changed))


def test_a_desk_that_kept_every_promise_has_nothing_to_answer_for():
    assert told(WHOLE) == []


def test_a_signal_that_nobody_answered_is_lost_and_one_that_was_refused_unexplained():
    silent = replace(WHOLE, answers=[*WHOLE.answers, answered("late", refusal="no answer in 120 s")])
    refused = replace(WHOLE, answers=[*WHOLE.answers, answered("bad", refusal="401 not you")])

    assert told(silent) == ["lost: signal late was refused: no answer in 120 s"]
    assert told(refused) == ["unexplained: signal bad was refused: 401 not you"]


def test_a_signal_taken_under_two_ids_is_doubled_and_two_under_one_id_are_unexplained():
    first = WHOLE.signals[0].signal_id
    twice = replace(WHOLE, answers=[*WHOLE.answers, answered("in", WHOLE.signals[1].signal_id)])
    shared = replace(WHOLE, answers=[*WHOLE.answers, answered("other", first)])

    assert any(line.startswith("doubled: signal in was taken as ") for line in told(twice))
    assert told(shared) == [f"unexplained: {first} stands for 2 signals"]


def test_an_accepted_signal_that_is_on_no_record_is_lost():
    forgotten = replace(WHOLE, answers=[*WHOLE.answers, answered("gone", "s-gone")])

    assert told(forgotten) == ["lost: signal gone was accepted and is on no record"]


def test_a_signal_on_record_twice_is_doubled_and_a_gap_in_the_numbers_a_loss():
    again = replace(WHOLE, signals=[*WHOLE.signals, replace(WHOLE.signals[0], strategy_seq=4)])
    gap = replace(WHOLE, signals=[*WHOLE.signals[:2], replace(WHOLE.signals[2], strategy_seq=4)])

    assert told(again) == ["doubled: signal in is on record 2 times"]
    assert told(gap) == ["lost: the signals of Trend are numbered with gaps"]


def test_a_signal_without_a_decision_is_lost():
    undecided = replace(WHOLE, decisions=WHOLE.decisions[:2])

    assert told(undecided) == [f"lost: signal out ({WHOLE.signals[2].signal_id}) was never decided"]


def test_a_signal_decided_twice_is_doubled():
    again = replace(WHOLE, decisions=[*WHOLE.decisions, WHOLE.decisions[2]])

    assert f"doubled: {WHOLE.signals[2].signal_id} was decided 2 times" in told(again)
    assert "unexplained: the decisions are numbered with gaps" in told(again)


def test_an_order_that_never_reached_execution_is_lost():
    orders = {name: order for name, order in WHOLE.orders.items() if name != MORE}

    assert f"lost: order {MORE} of more never reached execution" in told(replace(WHOLE, orders=orders))


def test_an_attempt_begun_before_the_last_one_was_over_is_doubled():
    order = WHOLE.orders[FIRST]
    overlapping = (an_attempt(order), an_attempt(order, 2, begun_at=an_attempt(order).begun_at))
    open_ended = (an_attempt(order, ended_at=None, outcome=None), an_attempt(order, 2))
    in_turn = (an_attempt(order, outcome="REJECTED"), an_attempt(order, 2))

    said = f"doubled: order {FIRST}: attempt 2 began before 1 was over"
    assert told(with_order(FIRST, attempts=overlapping)) == [said]
    assert told(with_order(FIRST, attempts=open_ended)) == [said]
    assert told(with_order(FIRST, attempts=in_turn)) == []


def test_an_attempt_given_up_as_absent_that_the_venue_has_is_doubled():
    order = WHOLE.orders[FIRST]
    attempts = (an_attempt(order, outcome="ABSENT"), an_attempt(order, 2))

    assert told(with_order(FIRST, attempts=attempts)) == [
        f"doubled: attempt {FIRST}.1 was given up as absent, and the venue has it"
    ]


def test_an_order_that_traded_more_than_was_decided_is_doubled():
    order = WHOLE.orders[FIRST]
    assert order.quantity is not None
    twice = replace(
        WHOLE,
        venue_orders=[*WHOLE.venue_orders, at_venue(order, 4, client_order_id=f"{FIRST}.2")],
        executions=[*WHOLE.executions, a_fill(order, 4)],
    )

    assert f"doubled: order {FIRST} of {order.quantity} traded {2 * order.quantity} at the venue" in told(twice)


def test_an_order_that_counts_otherwise_than_its_venue_is_unexplained():
    filled = WHOLE.orders[FIRST].filled

    assert told(with_order(FIRST, filled=filled - 1)) == [
        f"unexplained: order {FIRST} counts {filled - 1}, the venue {filled}"
    ]


def test_what_still_works_at_the_venue_is_orphaned():
    assert told(at_the_venue(0, status="WORKING")) == [f"orphaned: {FIRST}.1 still works at the venue"]


def test_an_order_at_the_venue_that_nobody_here_has_is_orphaned_unless_the_venue_gave_it_itself():
    stranger = at_venue(an_order(order_id="stranger"), 9, status="CANCELLED", filled=D(0), fills=())
    own = stranger.model_copy(update={"client_order_id": "venue:1"})

    assert told(replace(WHOLE, venue_orders=[*WHOLE.venue_orders, stranger])) == [
        "orphaned: the venue has stranger.1, which no order here is"
    ]
    assert told(replace(WHOLE, venue_orders=[*WHOLE.venue_orders, own])) == []


def test_an_order_that_never_ended_is_orphaned():
    waiting = with_order(OUT, live=True, status=OrderStatus.PENDING_CANCEL, reason="waits")

    assert told(waiting) == [f"orphaned: order {OUT} (exit of out) never ended, PENDING_CANCEL: waits"]


def test_a_leg_of_a_failed_group_that_was_never_undone_is_orphaned():
    assert told(with_order(FIRST, watched=True, unwinding=True)) == [
        f"orphaned: leg {FIRST} of in, whose group failed, was never undone"
    ]
    assert told(with_order(FIRST, unwinding=True)) == []


def test_a_fill_that_was_never_recorded_is_lost_and_one_the_venue_never_made_unexplained():
    unheard = replace(WHOLE, executions=WHOLE.executions[:2])
    invented = replace(WHOLE, executions=[*WHOLE.executions, a_fill(WHOLE.orders[FIRST], 7, quantity=D(1))])

    assert "lost: fill f3 of the venue was never recorded" in told(unheard)
    assert "unexplained: execution f7 is no fill of the venue" in told(invented)


def test_a_fill_on_record_twice_is_doubled():
    again = replace(WHOLE, executions=[*WHOLE.executions, WHOLE.executions[0]])

    assert "doubled: execution f1 is on record 2 times" in told(again)


def test_keepers_who_disagree_are_unexplained_and_what_one_lacks_is_lost():
    figure = Figure("paper", "cash USD", {"venue": D(1), "state": D(2)})
    lack = MissingFills("paper", "venue", "ledger", ("f1", "f2"))

    assert told(replace(WHOLE, balance=Balance((figure,), (lack,)))) == [
        "lost: the ledger lacks 2 executions of paper that the venue has, e.g. f1",
        "unexplained: cash USD of paper: venue 1, state 2",
    ]


def test_what_is_owed_still_and_who_takes_no_work_are_orphaned():
    assert told(replace(WHOLE, debts={"orders": 3}, not_ready=("cerebro",))) == [
        "orphaned: 3 records of orders still owe their messages",
        "orphaned: cerebro takes no work at the end",
    ]


def test_a_dead_letter_is_unexplained_unless_somebody_was_told():
    dead = replace(WHOLE, dead_letters={"signals": 2})

    assert told(dead) == ["unexplained: 2 dead letters of signals, and no alert"]
    assert told(replace(dead, alerts=frozenset({"dead-letter:signals"}))) == []


def test_an_exit_that_goes_through_zero_is_told():
    units = WHOLE.executions[2].quantity
    through = WHOLE.executions[2].model_copy(update={"quantity": units + 5})
    lines = told(replace(WHOLE, executions=[*WHOLE.executions[:2], through]))

    assert f"unexplained: exit f3 closed 5 more than Trend held of AAPL on {through.account}" in lines


def test_an_exit_filled_before_its_entry_reverses_whatever_it_comes_to_in_the_end():
    swapped = [
        order.model_copy(update={"fills": (order.fills[0].model_copy(update={"venue_seq": number}),)})
        for order, number in zip(WHOLE.venue_orders, (2, 3, 1), strict=True)
    ]

    assert any("more than Trend held" in line for line in told(replace(WHOLE, venue_orders=swapped)))


def test_a_position_that_no_exit_closed_is_orphaned_unless_a_stranger_traded_there():
    units = WHOLE.executions[2].quantity
    short = WHOLE.executions[2].model_copy(update={"quantity": units - 5})
    open_still = replace(WHOLE, executions=[*WHOLE.executions[:2], short])
    stranger = short.model_copy(
        update={"execution_id": "f8", "strategy_id": UNATTRIBUTED, "purpose": None, "quantity": D(5)}
    )
    disturbed = replace(open_still, executions=[*open_still.executions, stranger])

    said = f"orphaned: Trend still holds 5 AAPL on {short.account}"
    assert said in told(open_still)
    assert said not in told(disturbed)


def test_margin_that_an_earlier_entry_still_holds_may_not_be_spent_again():
    """The second entry was decided as though the first had never been."""
    inputs = inputs_from(WHOLE.decisions[1].inputs)
    unreserved = tuple(replace(standing, reserved=D(0)) for standing in inputs.book.standings)
    blind = decided_by(replace(inputs, book=replace(inputs.book, standings=unreserved)))

    lines = told(replace(WHOLE, decisions=replaced(WHOLE.decisions, 1, blind)))

    assert len(lines) == 1
    assert lines[0].startswith("doubled: decision 2 on more saw 0 of margin held on ")


def test_margin_is_free_again_once_the_order_has_ended_and_the_account_was_seen_since():
    inputs = inputs_from(WHOLE.decisions[1].inputs)
    seen = tuple(replace(one, reserved=D(0), as_of=LATER + timedelta(days=300)) for one in inputs.book.standings)
    later = replace(inputs, now=LATER + timedelta(days=300), book=replace(inputs.book, standings=seen))
    decision = replace(decided_by(inputs), inputs=inputs_text(later), output=decided_by(later).output)

    assert not any(
        "margin held" in line for line in told(replace(WHOLE, decisions=replaced(WHOLE.decisions, 1, decision)))
    )


def test_a_decision_beyond_the_margin_limit_is_margin_spent_twice():
    inputs = inputs_for(a_signal(external_id="in"), a_book(equity=10_000_000))
    policy = inputs.policy.__class__(margin_limit=D("0.000001"))
    beyond = replace(WHOLE.decisions[0], inputs=inputs_text(replace(inputs, policy=policy)))

    lines = told(replace(WHOLE, decisions=replaced(WHOLE.decisions, 0, beyond)))

    assert any(line.startswith("doubled: decision 1 on in ties up ") for line in lines)


def test_a_decision_that_its_inputs_do_not_lead_to_is_unexplained():
    output = json.loads(WHOLE.decisions[0].output) | {"sentence": "because"}
    forged = replace(WHOLE.decisions[0], output=json.dumps(output))

    assert told(replace(WHOLE, decisions=replaced(WHOLE.decisions, 0, forged))) == [
        "unexplained: decision 1 on in comes out otherwise"
    ]


@pytest.mark.parametrize("recovery", [None, SLOWEST_RECOVERY + 0.1])
def test_books_that_were_wrong_for_too_long_after_a_death_are_a_breach(recovery: float | None):
    blow = Blow(1, "kill", ("cerebro",))
    quick, slow = Felt(blow, ("cerebro",), recovery=0.4), Felt(blow, ("cerebro",), recovery=recovery)

    assert [breach.wrong for breach in slow_recoveries([quick, slow])] == ["unexplained"]


def test_the_tally_counts_what_happened_and_every_breach_under_its_word():
    orders = {**WHOLE.orders, OUT: done(WHOLE.orders[OUT], live=True)}
    scratched = replace(WHOLE, orders=orders, debts={"orders": 1}, signals=WHOLE.signals[:2])
    felt = [Felt(Blow(1, "kill", ("a", "b")), ("a", "b"), recovery=0.5), Felt(Blow(2, "fault", ("delay",)))]

    tally = tally_of(3, scratched, felt, breaches_of(scratched))

    assert (tally.sent, tally.accepted, tally.decided, tally.submitted, tally.filled) == (3, 2, 3, 3, 3)
    assert (tally.lost, tally.doubled, tally.orphaned, tally.unexplained) == (1, 0, 2, 0)
    assert (tally.killed, tally.faults, tally.slowest_recovery) == (2, 1, 0.5)


def test_decimals_are_compared_as_numbers():
    filled = WHOLE.orders[FIRST].filled

    assert told(with_order(FIRST, filled=Decimal(f"{filled}.000"))) == []
