"""The operator's command, ``mathematricks``."""

from __future__ import annotations

import typer

from mathematricks_cli.verbs import (
    account,
    agreement,
    alerts,
    allocate,
    allocation,
    books,
    chaos,
    client,
    controls,
    demo,
    ingest_backtest,
    kill,
    prove_once,
    receipt,
    reconcile,
    replay,
    send,
    sender,
    simulate,
    status,
    strategy,
    up,
    user,
    venue,
    versions,
)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

app.command()(up.up)
app.command()(up.down)
app.command()(status.status)
app.add_typer(strategy.app, name="strategy")
app.add_typer(account.app, name="account")
app.add_typer(alerts.app, name="alerts")
app.add_typer(allocation.app, name="allocation")
app.command()(versions.promote)
app.add_typer(versions.shadow, name="shadow")
app.command()(allocate.allocate)
app.command("min-account")(allocate.min_account)
app.command()(simulate.simulate)
app.command("ingest-backtest")(ingest_backtest.ingest_backtest)
app.add_typer(sender.app, name="sender")
app.add_typer(agreement.app, name="agreement")
app.add_typer(client.app, name="client")
app.add_typer(user.app, name="user")
app.command()(send.send)
app.command()(receipt.receipt)
app.add_typer(replay.app, name="replay")
app.command()(books.books)
app.command()(reconcile.reconcile)
app.add_typer(controls.app, name="controls")
app.add_typer(kill.app, name="kill")
app.command()(kill.drill)
app.command()(venue.venue)
app.command()(chaos.chaos)
app.command("prove-once")(prove_once.prove_once)
app.command()(demo.demo)
app.command("demo-once")(demo.demo_once)

if __name__ == "__main__":
    app()
