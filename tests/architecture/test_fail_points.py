"""Every gap of the walk has its fail point: wherever a process may die between two effects, it can be made to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import account_data.ports
import alerting.ports
import cerebro.handlers.ports
import cerebro.ports
import dashboard_processor.ports
import execution.ports
import pytest
import signal_ingestion.ports
from support.effects import Effects, Gap, effects_of, gaps, points_of, torn
from support.source_tree import ROOT, SERVICES, Module, modules_of, parse


@dataclass(frozen=True)
class Walk:
    """
    One service's part of the walk.

    Attributes:
        roots: The dataclasses that hold its ports; *loose* are ports that code also gets hold of otherwise.
        reads: What of the ports changes nothing outside, or is done by steps of the service's own, seen on their own.
        beside: Modules that signals do not pass through, and what they are for.
    """

    roots: tuple[type, ...]
    reads: frozenset[str]
    loose: tuple[type, ...] = ()
    beside: frozenset[str] = frozenset()

    @property
    def effects(self) -> Effects:
        return effects_of(self.roots, self.reads, self.loose)


def names(written: str) -> frozenset[str]:
    return frozenset(written.split())


WALK = {
    "signal-ingestion": Walk(
        (signal_ingestion.ports.Ports,),
        names(
            "signals.find signals.newest raws.newest senders.all senders.by_secret senders.named senders.of_strategy"
            " senders.refresh outbox.run health.strategies health.known health.signals health.positions health.all"
        ),
        beside=names("administration"),
    ),
    "cerebro": Walk(
        (cerebro.ports.World, cerebro.handlers.ports.Ports),
        names(
            "decisions.after decisions.find decisions.newest decisions.strategy_head decisions.strategy_heads"
            " checkpoints.newest terms.current authorities.current authorities.head authorities.promotions"
            " authorities.versions market.ask market.know market.refresh orders.states orders.guards orders.flattened"
            " accounts.all lines.turn standings.know standings.refresh shadows.after shadows.followed shadows.pairs"
            " shadows.undecided returns.named returns.refresh desk.decide debts.sweep"
        ),
        beside=names(
            "handlers/allocations handlers/backtests handlers/histories handlers/proposing handlers/watching"
            " handlers/simulating handlers/simulation_running handlers/living"
        ),
    ),
    "execution": Walk(
        (execution.ports.Ports,),
        names(
            "orders.load orders.entries_of orders.named orders.newest orders.of_lots orders.sent_since"
            " orders.decided_since orders.tombstones orders.unfinished executions.known executions.last_in"
            " executions.last_done executions.last_rates executions.last_recorded executions.newest"
            " executions.of_orders executions.sums"
            " controls.read controls.newest_changes decisions.entries quote_file fenced.wait claim record sweep"
            " Broker.find Broker.open_orders Broker.executions Broker.snapshot"
        ),
        loose=(execution.ports.Broker,),
        beside=names(
            "steps/controlling steps/drilling steps/enforcing steps/flattening steps/measuring steps/watching"
            " steps/reconciling"
        ),
    ),
    "account-data": Walk(
        (account_data.ports.Ports,),
        names(
            "ledger.accounts ledger.known ledger.newest ledger.of_chain checkpoints.load checkpoints.reached"
            " brokers.accounts brokers.snapshot executions.unbooked orders.live book"
        ),
        beside=names("registry administration/funding administration/owing"),
    ),
    "dashboard-processor": Walk(
        (dashboard_processor.ports.Ports,),
        names("records.read services.probe overviews.newest"),
        beside=names("steps/owing steps/funds steps/telling"),
    ),
    "alerting": Walk(
        (alerting.ports.Ports,),
        names("alerts.about alerts.find alerts.newest alerts.open pages.owed pages.of"),
        loose=(alerting.ports.Channel,),
    ),
}
NOT_STEPS = names("adapters domain service settings ports records api oversight")
"""Parts of a service in which no step is taken; adapters are looked at apart."""
SHARED = ROOT / "libs/common/src/mathematricks"


def steps_of(service: str) -> Iterator[Module]:
    """Yield the modules in which *service* takes the steps of the walk."""
    for module in modules_of(SERVICES[service]):
        place = module.path.relative_to(SERVICES[service])
        first = place.parts[0].removesuffix(".py")
        beside = str(place.with_suffix("")) in WALK[service].beside
        if not (beside or first in NOT_STEPS or first.startswith("api_")):
            yield module


def gaps_of(service: str) -> Iterator[Gap]:
    effects = WALK[service].effects
    return (gap for module in steps_of(service) for gap in gaps(module, effects))


def everything() -> Iterator[Module]:
    for package in (*SERVICES.values(), SHARED):
        yield from modules_of(package)


@pytest.mark.parametrize("service", WALK)
def test_every_gap_has_a_fail_point(service: str) -> None:
    found = list(gaps_of(service))

    assert [f"{gap.where}: await failpoint(...) after {gap.effect}" for gap in found if gap.point is None] == []
    assert found, "no gap was found: the search is broken"


@pytest.mark.parametrize("service", WALK)
def test_nothing_is_said_to_be_beside_the_walk_that_is_not_there(service: str) -> None:
    places = {
        str(module.path.relative_to(SERVICES[service]).with_suffix("")) for module in modules_of(SERVICES[service])
    }

    assert WALK[service].beside - places == set()


def test_between_two_writes_of_one_adapter_there_is_a_fail_point_too() -> None:
    adapters = [
        module
        for service in WALK
        for module in modules_of(SERVICES[service] / "adapters")
        if module.path.relative_to(SERVICES[service] / "adapters").parts[0] != "remote"
    ]

    assert [each for module in [*adapters, *modules_of(SHARED / "messaging")] for each in torn(module)] == []


def test_a_fail_point_is_named_once_and_by_its_service() -> None:
    points = [(point, module) for module in everything() for point in points_of(module)]
    named = Counter(point for point, _ in points)

    assert [point for point, times in named.items() if times > 1] == []
    for point, module in points:
        service = next((name for name, package in SERVICES.items() if module.path.is_relative_to(package)), None)
        allowed = {"delivery", "letter", "owed"} if service is None else {service, "venue"}
        assert point.partition(".")[0] in allowed, f"{module.name}: {point}"


def in_a_handler(code: str) -> list[str | None]:
    text = "async def f(ports, worker):\n" + "\n".join(f"    {line}" for line in code.split("; "))
    return [gap.point for gap in gaps(parse(Path("steps/f.py"), text), WALK["execution"].effects)]


@pytest.mark.parametrize(
    "code",
    [
        "await ports.orders.bury(1)",
        "await ports.orders.bury(1); await ports.bus.publish(2, 3); await failpoint('x')",
        "return await ports.orders.bury(1)",
        "moved = await ports.orders.update(1); await ports.record(2)",
        "await venue_of(1).submit(2); await ports.record(3)",
        "tasks = [ports.bus.publish(1, each) for each in worker]; await gather(*tasks); await ports.record(2)",
    ],
)
def test_a_gap_without_a_fail_point_is_found(code: str) -> None:
    assert None in in_a_handler(code)


@pytest.mark.parametrize(
    "code",
    [
        "await ports.orders.bury(1); await failpoint('x')",
        "await ports.orders.load(1)",
        "tasks = [ports.bus.publish(1, each) for each in worker]; await gather(*tasks); await failpoint('x')",
        "moved = await ports.orders.update(1) if worker else []; await failpoint('x'); await ports.orders.load(1)",
    ],
)
def test_a_gap_with_one_passes(code: str) -> None:
    assert None not in in_a_handler(code)


def test_what_a_port_can_newly_do_counts_as_an_effect() -> None:
    unheard_of = effects_of((execution.ports.Ports,), frozenset())

    assert "load" in unheard_of.fields["orders"]
    assert "load" not in WALK["execution"].effects.fields["orders"]


def test_the_fail_points_of_the_walk_are_many() -> None:
    """What chaos chooses from; a search that lost most of them would choose from the rest without a word."""
    assert len([point for module in everything() for point in points_of(module)]) >= 50
