"""Faults strike whom they name, as often as they were asked to, and by a seed the same on every run."""

from __future__ import annotations

import pytest
from mathematricks_cli.venue.faults import Fault, Faults
from pydantic import ValidationError


def test_a_fault_strikes_as_often_as_it_was_asked_to_and_is_counted():
    faults = Faults()
    faults.arm(Fault(kind="reply_lost", times=2))

    struck = [faults.strike("reply_lost", "paper:a", "AAPL") is not None for _ in range(4)]

    assert struck == [True, True, False, False]
    assert [(each["struck"], each["left"]) for each in faults.as_document()["faults"]] == [(2, 0)]


def test_a_fault_strikes_only_the_account_and_the_instrument_it_names():
    faults = Faults()
    faults.arm(Fault(kind="reject", account="paper:a", instrument="AAPL"))

    assert faults.strike("reject", "paper:b", "AAPL") is None
    assert faults.strike("reject", "paper:a", "MSFT") is None
    assert faults.strike("delay", "paper:a", "AAPL") is None
    assert faults.strike("reject", "paper:a", "AAPL") is not None


def test_a_seed_chooses_the_same_occasions_every_time():
    def struck(seed: int) -> list[bool]:
        faults = Faults()
        faults.arm(Fault(kind="reply_lost", times=10, seed=seed))
        return [faults.strike("reply_lost") is not None for _ in range(60)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
    assert sum(struck(1)) == 10


def test_clearing_disarms_everything():
    faults = Faults()
    faults.arm(Fault(kind="stale_clock", seconds=60))

    faults.clear()

    assert (faults.waiting("stale_clock"), faults.as_document()) == ([], {"faults": []})


@pytest.mark.parametrize(
    "wrong", [{"kind": "earthquake"}, {"kind": "delay", "times": 0}, {"kind": "delay", "often": 1}]
)
def test_a_fault_that_makes_no_sense_is_refused(wrong: dict[str, object]):
    with pytest.raises(ValidationError):
        Fault.model_validate(wrong)
