"""``allocation``: how much of the equity each strategy may use."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

import typer

from mathematricks_cli import fleet
from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer, table
from mathematricks_cli.desk_client import desk_client
from mathematricks_cli.desk_setup import allocate, current_shares
from mathematricks_cli.money import amounts_of
from mathematricks_cli.state import StateDir, state_dir

BASE = "/api/portfolio/allocations"
app = typer.Typer(
    no_args_is_help=True, help="Allocation: set, show, optimize, recommendation, approve, reject, history, reproduce"
)


@app.command("set")
def set_(
    shares: Annotated[list[str], typer.Argument(metavar="STRATEGY=PERCENT…", help="For example Momentum=20 Forex=35")],
    reason: Annotated[str, typer.Option(help="Why, for the record")] = "set by hand",
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Make these shares active at once; strategies not named keep theirs."""

    async def work(console: Console) -> bool:
        wanted = amounts_of(shares, "Momentum=20")
        async with desk_client(state_dir(state)) as desk:
            active = await allocate(desk, wanted, reason)
        console.tell(active, *_lines(active["allocations"]))
        return True

    answer(as_json, work)


@app.command()
def show(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """Show the active allocation."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            shares = await current_shares(desk)
        said = {name: str(share) for name, share in shares.items()}
        console.tell({"allocations": said}, *(_lines(said) if said else ["Nothing is allocated yet"]))
        return True

    answer(as_json, work)


@app.command()
def optimize(
    method: Annotated[str | None, typer.Option(help="Optimiser; as for the nightly proposal if left out")] = None,
    cvar_limit: Annotated[float | None, typer.Option(help="Most that the worst days may lose on average")] = None,
    reason: Annotated[str, typer.Option(help="Why, for the record")] = "",
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Run an optimisation now; an answer waits for approval."""

    async def work(console: Console) -> bool:
        body = {"method": method, "cvar_limit": cvar_limit, "reason": reason}
        async with desk_client(state_dir(state)) as desk:
            run = await desk.post(fleet.CEREBRO, f"{BASE}/optimize", body)
        left_out = [f"Left out: {name}, {why}" for name, why in run["excluded"].items()]
        proof = run["certificate"]
        said = [f"{run['outcome']} by {run['terms']['method']}, run {run['run_id']}. {run['why']}".rstrip(), *left_out]
        if proof:
            said += [f"Gap of the proof: {float(proof['gap']):.1e}", *_weights(run["weights"])]
        console.tell(run, *said)
        return bool(proof)

    answer(as_json, work)


@app.command()
def recommendation(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """Show what waits for approval, beside what is active."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            waiting = await desk.get(fleet.CEREBRO, f"{BASE}/latest-recommendation")
            shares = await current_shares(desk)
        console.tell(waiting, f"{waiting['allocation_id']}: {waiting['reason']}", *_compared(shares, waiting))
        return True

    answer(as_json, work)


@app.command()
def approve(
    allocation_id: Annotated[str | None, typer.Argument(help="The latest recommendation if left out")] = None,
    reason: Annotated[str, typer.Option(help="Why, for the record")] = "",
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Make a recommendation active from the next signal on."""
    body = {"allocation_id": allocation_id, "reason": reason, "idempotency_key": uuid.uuid4().hex}
    _decide("approve", body, state_dir(state), as_json)


@app.command()
def reject(
    reason: Annotated[str, typer.Argument(help="Why, for the record")],
    allocation_id: Annotated[str | None, typer.Option("--id", help="The latest recommendation if left out")] = None,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Reject a recommendation."""
    body = {"allocation_id": allocation_id, "reason": reason, "idempotency_key": uuid.uuid4().hex}
    _decide("reject", body, state_dir(state), as_json)


@app.command()
def history(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """Show every allocation, and who did what to it, when and why."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            known = await desk.get(fleet.CEREBRO, f"{BASE}/history")
        rows = [
            (one["allocation_id"], one["status"], event["deed"], event["by"], event["at"], event["reason"])
            for one in known["items"]
            for event in one["history"]
        ]
        console.tell(known, *table(("allocation", "now", "was", "by", "at", "why"), rows))
        return True

    answer(as_json, work)


@app.command()
def reproduce(
    run_id: Annotated[str, typer.Argument(metavar="RUN")],
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Run an optimisation again from the inputs it kept; fail unless the weights are the same."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            made = await desk.post(fleet.CEREBRO, f"/api/portfolio/optimizations/{run_id}/reproduce")
        rows = [(name, then, made["now"].get(name, "-")) for name, then in sorted(made["then"].items())]
        said = "The same weights" if made["same"] else "Other weights"
        since = (
            [f"Backtests that are others today: {', '.join(made['changed_since'])}"] if made["changed_since"] else []
        )
        console.tell(made, said, *since, *table(("strategy", "then", "now"), rows))
        return bool(made["same"] and made["inputs_intact"])

    answer(as_json, work)


def _decide(deed: str, body: Mapping[str, Any], state: StateDir, as_json: bool) -> None:
    async def work(console: Console) -> bool:
        async with desk_client(state) as desk:
            done = await desk.post(fleet.CEREBRO, f"{BASE}/{deed}", dict(body))
        console.tell(done, f"{done['allocation_id']} is {done['status']}", *_lines(done["allocations"]))
        return True

    answer(as_json, work)


def _weights(weights: Mapping[str, Any]) -> list[str]:
    return table(
        ("strategy", "% of equity"), [(name, f"{100 * float(one):.4f}") for name, one in sorted(weights.items())]
    )


def _compared(now: Mapping[str, Decimal], waiting: Mapping[str, Any]) -> list[str]:
    then = {name: Decimal(share) for name, share in waiting["allocations"].items()}
    rows = [
        (
            name,
            now.get(name, Decimal(0)),
            then.get(name, Decimal(0)),
            then.get(name, Decimal(0)) - now.get(name, Decimal(0)),
        )
        for name in sorted(now.keys() | then.keys())
    ]
    return table(("strategy", "current %", "recommended %", "change"), rows)


def _lines(shares: dict[str, str]) -> list[str]:
    return table(("strategy", "% of equity"), sorted(shares.items()))
