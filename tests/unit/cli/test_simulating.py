"""``mathematricks simulate``: files of returns and options become the sandbox's own job."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from mathematricks_cli.__main__ import app
from typer.testing import CliRunner


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    written = []
    for seed, name in enumerate(("A", "B")):
        days = np.busday_offset(np.datetime64("2022-01-03"), np.arange(320), roll="forward")
        values = np.random.default_rng(seed).normal(0.0006, 0.01, 320)
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join(["date,return", *(f"{d},{v:.4%}" for d, v in zip(days, values, strict=True))]))
        written.append(str(path))
    return written


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["simulate", *words])
    return done.exit_code, done.output


def test_it_tells_what_the_settings_asked_would_have_made_beside_the_usual_ones(files: list[str]) -> None:
    status, told = run(*files, "--cvar-limit", "0.005", "--slippage-limit", "0.2", "--json")

    found = json.loads(told)
    assert status == 0
    assert found["after"]["settings"]["terms"]["cvar_limit"] == 0.005
    assert found["after"]["settings"]["slippage_limit"] == 0.2
    assert found["after"]["figures"]["volatility"] < found["before"]["figures"]["volatility"]
    assert {one["strategy_id"] for one in found["after"]["contributions"]} == {"A", "B"}


def test_kept_weights_and_a_seed_are_passed_on(files: list[str]) -> None:
    drawn = ("--scenario", "bootstrapped", "--days", "330", "--alone", "--weight", "A=0.3", "--json")
    ends = [json.loads(run(*files, *drawn, "--seed", seed)[1])["after"]["figures"]["final_equity"] for seed in "112"]

    assert ends[0] == ends[1] != ends[2]


def test_stress_is_passed_on(files: list[str]) -> None:
    usual = ("--alone", "--json", "--weight", "A=0.3", "--weight", "B=0.3", "--cvar-limit", "1")
    calm = json.loads(run(*files, *usual)[1])["after"]["figures"]
    wild = json.loads(run(*files, *usual, "--scenario", "stressed", "--stress", "volatility=2")[1])["after"]["figures"]

    assert wild["volatility"] == pytest.approx(2 * calm["volatility"], rel=0.15)


def test_the_figures_are_told_in_words(files: list[str]) -> None:
    status, told = run(*files)

    assert status == 0
    assert "difference" in told
    assert "of the gain" in told


@pytest.mark.parametrize("words", [("--method", "magic"), ("--weight", "A"), ("--end", "1999-01-01"), ("--paths", "3")])
def test_what_cannot_be_simulated_is_said(files: list[str], words: tuple[str, ...]) -> None:
    status, told = run(*files, *words)

    assert status != 0
    assert "Traceback" not in told
