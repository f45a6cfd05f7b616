"""The production code as syntax trees, for the tests of its architecture."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = {path.parents[2].name: path.parent for path in sorted(ROOT.glob("services/*/src/*/__init__.py"))}
"""Service name to its package's directory."""
PACKAGES = (*SERVICES.values(), ROOT / "libs/common/src/mathematricks", ROOT / "libs/cli/src/mathematricks_cli")


@dataclass(frozen=True)
class Module:
    """One file of production code."""

    path: Path
    tree: ast.Module
    text: str

    @property
    def name(self) -> str:
        """Where it lies, from the root of the project."""
        return str(self.path.relative_to(ROOT)) if self.path.is_relative_to(ROOT) else str(self.path)


def parse(path: Path, text: str) -> Module:
    """Return *text* as the module that would lie at *path*."""
    return Module(path, ast.parse(text), text)


@cache
def modules_of(package: Path) -> tuple[Module, ...]:
    """Return every module below *package*."""
    return tuple(parse(path, path.read_text()) for path in sorted(package.rglob("*.py")))


def all_modules() -> Iterator[Module]:
    """Yield every module of production code."""
    for package in PACKAGES:
        yield from modules_of(package)


def terminal_name(node: ast.AST) -> str | None:
    """Return the last name of ``a.b.c`` or ``c``; None for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None
