"""Nothing is too long to read (DESIGN 9): files, functions, argument lists."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from support.source_tree import Module, all_modules

LONGEST_FILE, LONGEST_FUNCTION, MOST_ARGUMENTS = 300, 40, 5


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of *function* without its docstring."""
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    documented = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return whole - ((first.end_lineno or 0) - first.lineno + 1 if documented else 0)


def test_no_file_is_too_long() -> None:
    assert [module.name for module in all_modules() if module.text.count("\n") > LONGEST_FILE] == []


def test_no_function_is_too_long() -> None:
    found = [
        f"{module.name}:{function.lineno} {function.name} has {code_lines(function)} lines"
        for module in all_modules()
        for function in functions(module)
        if code_lines(function) > LONGEST_FUNCTION
    ]

    assert found == []
