"""``agreement``: what senders get of what their strategies earn, and what they were paid."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Annotated

import typer

from mathematricks_cli import fleet
from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer, table
from mathematricks_cli.desk_client import desk_client
from mathematricks_cli.state import state_dir

app = typer.Typer(no_args_is_help=True, help="Agreements: add, list, pay")
KeyOption = Annotated[str | None, typer.Option(help="Makes asking twice the same as asking once; default: a new one")]
AGREEMENTS = "/api/v1/agreements"


@app.command()
def add(
    sender: Annotated[str, typer.Argument(metavar="SENDER")],
    strategy: Annotated[list[str], typer.Option(help="A strategy that earns under it")],
    share: Annotated[str, typer.Option(help="Of profit above the high-water mark: 0.20 is 20 %")],
    minimum: Annotated[str, typer.Option(help="Less is carried to the next month")] = "0",
    currency: Annotated[str, typer.Option(help="Of everything in it")] = "USD",
    time_zone: Annotated[str, typer.Option(help="Its months begin at midnight there")] = "UTC",
    starts_on: Annotated[str | None, typer.Option(help="First day that counts; default: today, UTC")] = None,
    key: KeyOption = None,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Make an agreement; a strategy is in one at a time."""

    async def work(console: Console) -> bool:
        body = {"sender": sender, "strategies": strategy, "share": share, "minimum": minimum, "currency": currency}
        body |= {"time_zone": time_zone, "starts_on": starts_on or f"{datetime.now(UTC):%Y-%m-%d}"}
        async with desk_client(state_dir(state)) as desk:
            made = await desk.post(fleet.ACCOUNTS, AGREEMENTS, body | {"idempotency_key": key or uuid.uuid4().hex})
        console.tell(made, f"{made['agreement_id']}: {made['sender']} from {made['starts_on']} on")
        return True

    answer(as_json, work)


@app.command("list")
def list_(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """List the agreements with what is accrued and due on LIVE, as the dashboard tells it."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            told = await desk.get(fleet.FRONTEND, "/api/senders", mode="live")
        rows = [
            (line["agreement_id"], one["sender"], line["share_percent"], line["accrued"], line["due"], line["currency"])
            for one in told["items"]
            for line in one["agreements"]
        ]
        console.tell(told, *table(("agreement", "sender", "%", "accrued", "due", ""), rows))
        return True

    answer(as_json, work)


@app.command()
def pay(
    agreement_id: Annotated[str, typer.Argument(metavar="AGREEMENT")],
    month: Annotated[str, typer.Argument(help="Of the statement that is paid: 2026-10")],
    amount: Annotated[str, typer.Argument(help="As it was paid")],
    reference: Annotated[str, typer.Option(help="Kept with it")] = "",
    key: KeyOption = None,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Record a payment that was made; more than is due is refused."""

    async def work(console: Console) -> bool:
        body = {"month": month, "amount": amount, "reference": reference, "paid_on": f"{datetime.now(UTC):%Y-%m-%d}"}
        async with desk_client(state_dir(state)) as desk:
            path = f"{AGREEMENTS}/{agreement_id}/payments"
            made = await desk.post(fleet.ACCOUNTS, path, body | {"idempotency_key": key or uuid.uuid4().hex})
        console.tell(made, f"{made['amount']} {made['currency']} paid to {made['sender']} for {made['month']}")
        return True

    answer(as_json, work)
