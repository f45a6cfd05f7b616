"""Every script plays to its fills, ends flat, and leaves the cash that a ledger kept by hand has."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from mathematricks.contracts.accounts import AccountState
from mathematricks_cli import fleet
from mathematricks_cli.desk_client import DeskClient
from mathematricks_cli.gathering import balance_when_quiet
from mathematricks_cli.playing import Pace
from mathematricks_cli.samples import bundled_samples
from mathematricks_cli.script import payload_of, read_steps
from mathematricks_cli.verbs.send import text_of
from support.by_hand import cash_by_hand, to_cents
from support.desk import PAPER_ACCOUNT, allot, client_of, corpus, executions_of, post_script, settled

FILLED = {
    "crypto": 2,
    "forex_foreign_currency": 2,
    "future": 2,
    "generations": 10,
    "ladder": 6,
    "option": 2,
    "option_v1": 2,
    "pairs": 4,
    "partial_exit": 3,
    "protective_stop": 2,
    "reversal": 4,
    "scale_in": 3,
    "short": 2,
    "stop_loss_take_profit": 2,
}
"""How many orders of each bundled script are filled; a reversal's exit and entry are two."""

SENDERS = {
    "crypto_btc_simple_signal_1": 2,
    "equity_ladder_signal_1": 6,
    "equity_pairs_signal_1": 4,
    "equity_simple_short_signal_1": 2,
    "forex_simple_signal_1": 2,
    "futures_gold_simple_signal_1": 2,
}
"""The same for the scripts of real senders, where this machine has them."""

HALF, ZERO = Decimal(50), Decimal(0)
BRISK = Pace(speed=20)
AT_ONCE = Pace(speed=0)


def scripts() -> Iterator[tuple[str, str, int]]:
    yield from ((name, text_of(name), FILLED[name]) for name in sorted(FILLED))
    if place := corpus():
        yield from ((name, (place / "samples" / f"{name}.json").read_text(), SENDERS[name]) for name in SENDERS)


SCRIPTS = [pytest.param(text, filled, id=name) for name, text, filled in scripts()]


def test_every_bundled_script_is_played():
    assert {sample.name for sample in bundled_samples()} == set(FILLED)


@pytest.mark.skipif(corpus() is None, reason="NOT RUN: no senders' scripts on this machine; set SIGNAL_CORPUS")
def test_every_senders_script_is_played():
    place = corpus()
    assert place is not None
    assert {Path(file).stem for file in (place / "samples").glob("*.json")} == set(SENDERS)


@pytest.mark.parametrize("pace", [pytest.param(BRISK, id="with pauses"), pytest.param(AT_ONCE, id="without")])
@pytest.mark.parametrize(("text", "filled"), SCRIPTS)
async def test_a_script_fills_ends_flat_and_leaves_the_cash_of_a_ledger_by_hand(desk, sender, text, filled, pace):
    async with client_of(desk) as client:
        await allot(client, HALF, {payload_of(step.body)["strategy_name"] for step in read_steps(text)})
        before = await cash_and_fills(client)

        posted = await post_script(client, sender, text, pace)
        receipts = await settled(client, [each.signal_id for each in posted if each.signal_id])
        balance = await balance_when_quiet(client)
        after = await cash_and_fills(client)

    assert [each.verdict for each in posted] == ["accepted"] * len(posted)
    done = sum(order.status == "FILLED" for receipt in receipts for order in receipt.orders)
    # without pauses an exit may meet its entry still waiting, and takes it back (RULES 2)
    assert done == filled if pace is BRISK else 0 < done <= filled
    assert balance.balances, balance.differences or balance.missing
    assert not after.positions, "not flat"
    assert after.since(before) == to_cents(cash_by_hand(after.fills[len(before.fills) :]))
    assert after.sub_ledgers_sum_to_the_account


class CashAndFills:
    """The account as its venue and its books tell it, and every fill so far."""

    def __init__(self, venue: AccountState, books: AccountState, fills: list) -> None:
        self.venue, self.books, self.fills = venue, books, fills

    @property
    def positions(self) -> dict[str, Decimal]:
        return {each.instrument: each.quantity for each in self.venue.open_positions if each.quantity}

    @property
    def sub_ledgers_sum_to_the_account(self) -> bool:
        summed = dict(self.books.deposits)
        for ledger in self.books.sub_ledgers:
            for currency, amount in ledger.cash.items():
                summed[currency] = summed.get(currency, Decimal(0)) + amount
        return to_cents(summed) == to_cents(self.books.cash) == to_cents(self.venue.cash)

    def since(self, before: CashAndFills) -> dict[str, Decimal]:
        """Return the change of the venue's cash, per currency, to the cent."""
        currencies = self.venue.cash.keys() | before.venue.cash.keys()
        zero = Decimal(0)
        return to_cents(
            {name: self.venue.cash.get(name, zero) - before.venue.cash.get(name, zero) for name in currencies}
        )


async def cash_and_fills(client: DeskClient) -> CashAndFills:
    venue = await client.get(fleet.EXECUTION, f"/api/v1/accounts/{PAPER_ACCOUNT}/snapshot")
    books = await client.get(fleet.ACCOUNTS, f"/api/v1/account/{PAPER_ACCOUNT}/state")
    fills = await executions_of(client)
    return CashAndFills(AccountState.model_validate(venue), AccountState.model_validate(books), fills)
