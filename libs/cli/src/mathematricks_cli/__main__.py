"""The operator's command, ``mathematricks``."""

from __future__ import annotations

import typer

from mathematricks_cli.verbs import up

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
"""Signals in, sized orders out, and everyone sees what is theirs."""

app.command()(up.up)
app.command()(up.down)

if __name__ == "__main__":
    app()
