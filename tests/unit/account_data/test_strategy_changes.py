"""What may change of a strategy, and when."""

from __future__ import annotations

from typing import Any

import pytest
from account_data.domain.strategies import Standing, why_not_changed, why_not_created, why_not_idle
from mathematricks.contracts.strategies import NewStrategy, StrategyConfiguration
from pydantic import ValidationError
from support.accounts import OPENED

HOLDING = Standing(positions=("100 AAPL on paper:IBKR_Main",))
WORKING = Standing(orders=("o1",))


def a_strategy(**but: Any) -> StrategyConfiguration:
    usual = {"strategy_id": "Momentum", "strategy_name": "Momentum", "account": "IBKR_Main"}
    return StrategyConfiguration(**usual | {"created_at": OPENED, "updated_at": OPENED} | but)


@pytest.mark.parametrize("standing", [HOLDING, WORKING])
@pytest.mark.parametrize("change", [{"account": "Binance_Main"}, {"trading_mode": "LIVE"}])
def test_account_and_mode_stay_while_something_is_open(standing: Standing, change: dict[str, str]) -> None:
    why = why_not_changed(a_strategy(), a_strategy(**change), standing, allow_live=True)

    assert why is not None
    assert "close those first" in why


def test_everything_else_changes_at_any_time() -> None:
    wanted = a_strategy(status="INACTIVE", strategy_name="Old", sizing="units", expected_alpha="0.02")

    assert why_not_changed(a_strategy(), wanted, HOLDING, allow_live=False) is None


def test_an_idle_strategy_moves() -> None:
    assert why_not_changed(a_strategy(), a_strategy(account="Other"), Standing(), allow_live=False) is None
    assert why_not_idle(Standing()) is None


def test_live_needs_the_deployments_word() -> None:
    live = a_strategy(trading_mode="LIVE")

    assert "no real money" in str(why_not_created("Momentum", live, allow_live=False))
    assert "no real money" in str(why_not_changed(a_strategy(), live, Standing(), allow_live=False))
    assert why_not_created("Momentum", live, allow_live=True) is None


def test_the_name_of_what_no_strategy_explains_is_taken() -> None:
    assert "choose another" in str(why_not_created("unattributed", a_strategy(), allow_live=True))


@pytest.mark.parametrize("account", ["paper:IBKR_Main", "", "a b", "x" * 61])
def test_an_account_is_named_without_its_paper_twin(account: str) -> None:
    with pytest.raises(ValidationError):
        a_strategy(account=account)


@pytest.mark.parametrize("strategy_id", ["", " x", "a/b", "a\x00b", "a\n", "x" * 101])
def test_a_strategys_id_must_fit_a_path(strategy_id: str) -> None:
    with pytest.raises(ValidationError):
        NewStrategy(strategy_id=strategy_id, strategy_name="x", account="A")


@pytest.mark.parametrize("strategy_id", ["SPX_1-D_Opt", "My Strategy", "Ünï çødé", "A4", "50%?"])
def test_real_names_are_ids(strategy_id: str) -> None:
    assert NewStrategy(strategy_id=strategy_id, strategy_name="x", account="A").strategy_id == strategy_id
