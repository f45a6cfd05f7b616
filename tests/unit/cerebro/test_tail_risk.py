"""The CVaR gate: the book with and without a candidate, resized to fit, with its numbers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from cerebro.domain.decision import decide, decision_text, redecide
from cerebro.domain.inputs import Risk, inputs_text
from cerebro.domain.opening import HistoryMissing
from cerebro.domain.policy import Policy
from cerebro.domain.tail_risk import History, room_for, tail_at
from hypothesis import given
from hypothesis import strategies as st
from mathematricks.quant.measures import cvar
from support.cerebro import a_book, inputs_for
from support.signals import a_signal

D = Decimal
DAYS = 400


def a_history(*columns: np.ndarray, names: tuple[str, ...] = ("Trend", "Other")) -> History:
    return History("h1", names, np.column_stack(columns))


def returns(seed: int, scale: float = 0.02) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0005, scale, DAYS)


def gated(history: History, at_work: dict[str, Decimal] | None = None, **but):
    """A decision on 100,000 of equity, all of it allotted, 600 shares at 150 wanted."""
    risk = Risk(history.history_id, at_work or {}, history.knows("Trend"))
    inputs = inputs_for(
        a_signal(quantity=D(600), account_equity=D(100_000)), a_book(equity=100_000), percent=D(100), risk=risk, **but
    )
    return decide(inputs, history), inputs


def cap_of(decision, name):
    return {cap.name: cap for cap in decision.legs[0].caps}.get(name)


LOOSE = Policy(margin_limit=D(1), cvar_limit=D("0.9"))


def test_an_entry_is_made_smaller_until_the_books_cvar_fits():
    history = a_history(returns(1), returns(2))
    policy = replace(LOOSE, cvar_limit=D("0.02"))

    decision, _ = gated(history, policy=policy)

    quantity = decision.orders[0].quantity
    assert (decision.outcome, decision.reason) == ("RESIZED", "cvar")

    def book(shares: Decimal) -> float:
        return float(cvar(history.of("Trend") * float(shares * 150 / 100_000), 0.95))

    assert book(quantity) <= 0.02 < book(quantity + 1)
    cap = cap_of(decision, "cvar")
    assert cap.given < cap.asked
    assert cap.facts["before"] == 0
    assert float(cap.facts["after"]) == pytest.approx(0.02, abs=1e-6)


def test_within_the_limit_the_size_stays_and_the_numbers_are_shown():
    decision, _ = gated(a_history(returns(1), returns(2)), {"Other": D(20_000)}, policy=LOOSE)

    cap = cap_of(decision, "cvar")
    assert cap.asked == cap.given
    assert cap.facts["days"] == DAYS
    assert 0 < cap.facts["before"] < cap.facts["after"] < cap.facts["limit"]
    assert 0 < cap.facts["contribution"] < cap.facts["after"]


def test_a_book_past_its_limit_takes_nothing_that_raises_its_risk():
    held = returns(1)
    history = a_history(0.6 * held + 0.5 * returns(2), held)

    decision, _ = gated(history, {"Other": D(100_000)}, policy=replace(LOOSE, cvar_limit=D("0.01")))

    assert (decision.outcome, decision.reason) == ("REFUSED", "CVAR_LIMIT")
    assert "worst 5%" in decision.sentence


def test_what_lowers_the_books_risk_is_let_in_even_past_the_limit():
    market = returns(1)

    decision, _ = gated(a_history(-market, market), {"Other": D(100_000)}, policy=replace(LOOSE, cvar_limit=D("0.001")))

    assert decision.outcome == "APPROVED"


def test_a_strategy_that_moves_with_the_book_gets_less_of_its_capital():
    held = returns(1)
    alike = held + returns(2, 0.008)
    history = a_history(alike, held)
    correlation = np.corrcoef(alike, held)[0, 1]

    decision, _ = gated(history, {"Other": D(10_000)}, policy=LOOSE)

    assert decision.reason == "correlation"
    share = (1 - correlation) / 0.2
    assert float(decision.orders[0].quantity) == pytest.approx(share * 100_000 / 150, abs=1)


def test_a_copy_of_what_is_held_is_refused():
    held = returns(1)

    decision, _ = gated(a_history(held, held), {"Other": D(10_000)}, policy=LOOSE)

    assert (decision.outcome, decision.reason) == ("REFUSED", "RISK_LIMIT")


def test_its_own_position_is_no_likeness():
    decision, _ = gated(a_history(returns(1), returns(2)), {"Trend": D(10_000)}, policy=LOOSE)

    assert cap_of(decision, "correlation") is None


def test_a_strategy_without_history_is_accepted_and_that_is_said():
    decision, _ = gated(History("h1", ("Other",), returns(2)[:, None]), {"Other": D(10_000)}, policy=LOOSE)

    assert decision.outcome == "APPROVED"
    assert cap_of(decision, "cvar") is None
    assert any("CVaR" in warning for warning in decision.warnings)


def test_an_exit_is_never_held_back():
    history = a_history(returns(1), returns(2))
    risk = Risk(history.history_id, {"Other": D(100_000)}, True)
    exit_ = a_signal(signal_type="EXIT", action="SELL", quantity=None)
    inputs = inputs_for(exit_, a_book(equity=100_000), risk=risk, policy=replace(LOOSE, cvar_limit=D("0.0001")))

    assert decide(inputs, history).reason != "CVAR_LIMIT"


def test_decided_again_with_the_returns_it_names_it_is_the_same_text_and_never_without():
    history = a_history(returns(1), returns(2))
    decision, inputs = gated(history, policy=replace(LOOSE, cvar_limit=D("0.02")))

    assert redecide(inputs_text(inputs), history) == decision_text(decision)
    with pytest.raises(HistoryMissing):
        redecide(inputs_text(inputs))
    with pytest.raises(HistoryMissing):
        redecide(inputs_text(inputs), History("h2", history.names, history.returns))


@given(
    seed=st.integers(0, 10_000),
    days=st.integers(60, 700),
    wanted=st.floats(0.01, 50),
    held=st.floats(0, 3),
    limit=st.floats(0.001, 0.2),
    confidence=st.sampled_from([0.9, 0.95, 0.975, 0.99]),
)
def test_the_room_is_what_recomputing_from_scratch_says(seed, days, wanted, held, limit, confidence):
    dice = np.random.default_rng(seed)
    book = held * dice.standard_t(3, days) * 0.01
    one_set = dice.standard_t(3, days) * 0.01
    room = room_for(book, one_set, wanted, limit, confidence)

    def whole(sets: float) -> float:
        return float(cvar(book + sets * one_set, confidence))

    most = max(limit, whole(0))
    assert 0 <= room.sets <= wanted
    assert whole(room.sets) <= most * (1 + 1e-9) + 1e-15
    assert room.after == pytest.approx(whole(room.sets), rel=1e-9, abs=1e-12)
    if room.sets < wanted * (1 - 1e-9):
        assert whole(room.sets * (1 + 1e-6) + 1e-9) > most * (1 - 1e-9)
    tail = tail_at(book, one_set, room.sets, confidence)
    assert tail.cvar >= float(np.quantile(-(book + room.sets * one_set), confidence)) - 1e-9
