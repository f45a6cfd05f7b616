"""The kill switch, as an order meets it: which mode in force refuses an entry."""

from __future__ import annotations

from mathematricks.contracts.controls import Controls


def entry_refusal(controls: Controls, account: str, strategy_id: str) -> str | None:
    """
    Return why an entry of *strategy_id* in *account* may not go now; None where it may.

    Every mode refuses entries; no mode stops an exit (RULES 2, 10).
    """
    scopes = {
        "the desk": controls.desk,
        "this account": controls.accounts.get(account, ()),
        "this strategy": controls.strategies.get(strategy_id, ()),
    }
    for scope, modes in scopes.items():
        if modes:
            return f"KILL_SWITCH: {modes[0]} is in force for {scope}"
    return None
