"""Secrets are compared in constant time, and never with ``==``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.source_tree import Module, all_modules, parse, terminal_name

SECRET = re.compile(r"(^|_)(secret|passphrase|password|token|mac|signature|csrf|totp|pepper)(_hash|_digest)?$")


def careless_comparisons(module: Module) -> Iterator[str]:
    """Yield every ``==`` or ``!=`` with something on either side that is named as a secret is."""
    for node in ast.walk(module.tree):
        if not (isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq)):
            continue
        sides = [node.left, *node.comparators]
        if any(isinstance(side, ast.Constant) for side in sides):
            continue
        if any(SECRET.search(terminal_name(_without_call(side)) or "") for side in sides):
            yield f"{module.name}:{node.lineno} compares a secret with =="


def _without_call(node: ast.AST) -> ast.AST:
    return _without_call(node.func) if isinstance(node, ast.Call) else node


def test_no_secret_is_compared_carelessly() -> None:
    assert [each for module in all_modules() for each in careless_comparisons(module)] == []


@pytest.mark.parametrize("code", ["given == sender.secret", "mac(body) != told", "record.secret_hash == hashed"])
def test_a_careless_comparison_is_found(code: str) -> None:
    assert list(careless_comparisons(parse(Path("x.py"), code)))


@pytest.mark.parametrize(
    "code", ["hmac.compare_digest(given, secret)", "token is None", "kind == 'token'", "count == 3"]
)
def test_a_careful_one_passes(code: str) -> None:
    assert not list(careless_comparisons(parse(Path("x.py"), code)))
