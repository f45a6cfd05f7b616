"""How much one may hold open at once."""

from __future__ import annotations

from contextlib import ExitStack

from mathematricks.runtime.seats import Seats


def test_each_key_has_seats_of_its_own_and_a_left_one_is_free_again() -> None:
    seats = Seats(2)

    with ExitStack() as held:
        mine = [held.enter_context(seats.taken("mine")) for _ in range(3)]
        other = held.enter_context(seats.taken("other"))
    with seats.taken("mine") as again, seats.taken("mine") as last:
        assert (mine, other, again, last) == ([True, True, False], True, True, True)
