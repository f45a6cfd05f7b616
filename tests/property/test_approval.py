"""The life of allocations under any sequence of acts: one ACTIVE at most, no way back, every step signed."""

from __future__ import annotations

from decimal import Decimal

from cerebro.domain.approval import NEXT, Act, NotPending, approve, propose, reject, set_by_hand
from cerebro.domain.proposal import shares_of
from hypothesis import given
from hypothesis import strategies as st
from mathematricks.contracts.allocations import PortfolioAllocation
from support.signals import NOON

Acts = st.lists(
    st.tuples(st.sampled_from(["propose", "approve", "reject", "set"]), st.integers(0, 30)), min_size=1, max_size=30
)


def an_allocation(number: int) -> PortfolioAllocation:
    return PortfolioAllocation(
        allocation_id=f"a{number}",
        allocations={"Trend": Decimal(number)},
        status="PENDING_APPROVAL",
        created_at=NOON,
        updated_at=NOON,
    )


def active_of(known):
    return next((one for one in known.values() if one.status == "ACTIVE"), None)


def waiting_of(known):
    return [one for one in known.values() if one.status == "PENDING_APPROVAL"]


def done(deed, target, known):
    """Return the changes of one act on what is known."""
    act = Act("Ann", NOON, f"because {deed}")
    if deed == "propose":
        return propose(an_allocation(len(known)), waiting_of(known), act)
    if deed == "set":
        return set_by_hand(an_allocation(len(known)), active_of(known), act)
    if target is None:
        return ()
    return approve(target, active_of(known), act) if deed == "approve" else reject(target, act)


@given(Acts)
def test_whatever_is_done_at_most_one_is_active_and_nothing_comes_back(acts):
    known: dict[str, PortfolioAllocation] = {}
    for deed, place in acts:
        target = list(known.values())[place % len(known)] if known else None
        changes = done(deed, target, known)
        if isinstance(changes, NotPending):
            assert target is not None
            assert target.status != "PENDING_APPROVAL"
            continue
        for change in changes:
            before = known.get(change.after.allocation_id)
            assert change.before == (before.status if before else None)
            assert before is None or change.after.status in NEXT[before.status]
            assert len(change.after.history) == (len(before.history) if before else 0) + 1
            assert (change.after.history[-1].by, change.after.history[-1].at) == ("Ann", NOON)
            known[change.after.allocation_id] = change.after
        assert len([one for one in known.values() if one.status == "ACTIVE"]) <= 1
        assert len(waiting_of(known)) <= 1


@given(st.lists(st.floats(0, 0.5), min_size=1, max_size=40))
def test_shares_never_come_to_more_than_the_weights(weights):
    named = {f"s{number}": weight for number, weight in enumerate(weights)}
    shares = shares_of(named)

    assert all(shares[name] <= Decimal(weight) * 100 for name, weight in named.items())
    assert all(Decimal(weight) * 100 - shares[name] < Decimal("1e-8") for name, weight in named.items())
