"""Every module says in one line what it is for; names say what things are."""

from __future__ import annotations

import ast
import re

from support.source_tree import all_modules

EMPTY_WORDS = re.compile(r"(^|_)(utils?|helpers?|misc|common|managers?)(_|$)|(Manager|Helper|Util)s?$")


def test_every_module_says_what_it_is_for() -> None:
    silent = [module.name for module in all_modules() if module.text.strip() and not ast.get_docstring(module.tree)]

    assert silent == []


def test_the_first_line_of_every_module_is_a_sentence() -> None:
    found = []
    for module in all_modules():
        first = (ast.get_docstring(module.tree) or ".").splitlines()[0]
        if not first.endswith((".", ":", "?")):
            found.append(f"{module.name}: {first}")

    assert found == []


def test_no_module_or_class_has_a_name_that_says_nothing() -> None:
    found = [module.name for module in all_modules() if EMPTY_WORDS.search(module.path.stem)]
    found += [
        f"{module.name}: {node.name}"
        for module in all_modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and EMPTY_WORDS.search(node.name)
    ]

    assert found == []
