"""The middle is pure: no clock, no waiting, no floats where money is (DESIGN 1, rule 3)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from support.source_tree import ROOT, SERVICES, Module, modules_of

CLOCKS = {"now", "utcnow", "today"}
PURE = {f"{name}.domain": package / "domain" for name, package in SERVICES.items()} | {
    "contracts": ROOT / "libs/common/src/mathematricks/contracts",
    "accounting": ROOT / "libs/common/src/mathematricks/accounting",
    "quant": ROOT / "libs/common/src/mathematricks/quant",
}


def impurities(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        where = f"{module.name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.AsyncFunctionDef | ast.Await):
            yield f"{where} waits"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _reads_a_clock(node.func):
            yield f"{where} reads a clock"
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("print", "open", "input")
        ):
            yield f"{where} does I/O"
        elif isinstance(node, ast.Global):
            yield f"{where} keeps state"


def _reads_a_clock(function: ast.Attribute) -> bool:
    return (
        function.attr in CLOCKS and isinstance(function.value, ast.Name) and function.value.id in ("datetime", "date")
    )


@pytest.mark.parametrize("part", PURE)
def test_it_is_pure(part: str) -> None:
    assert [each for module in modules_of(PURE[part]) for each in impurities(module)] == []


def test_only_the_clock_reads_the_wall_clock_in_services() -> None:
    found = [
        f"{module.name}:{node.lineno}"
        for package in SERVICES.values()
        for module in modules_of(package)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _reads_a_clock(node.func)
    ]

    assert found == []
