"""What the documents claim, held against the code."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
from mathematricks_cli.__main__ import app

ROOT = Path(__file__).resolve().parents[2]
NAME_IN_WALK = re.compile(r"`([\w./-]+\.py):(\w+)`")
FILE = re.compile(r"`((?:libs|services|tests|docs|deploy)/[\w./-]+)`")
UNSPEAKABLE = re.compile(r"/work/|/tmp/helpers|ghcr\.io|gcr\.io|pypi\.org|registry\.npmjs|files\.pythonhosted")


def tracked(*suffixes: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return [ROOT / name for name in listed if name.endswith(suffixes) and (ROOT / name).exists()]


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }


def test_every_function_that_the_walk_names_exists() -> None:
    named = NAME_IN_WALK.findall((ROOT / "docs/walk.md").read_text())

    assert len(named) > 20
    missing = [f"{file}:{name}" for file, name in named if name not in names_in(find(file))]
    assert missing == []


def find(file: str) -> Path:
    """Return the file that a shortened path of the walk means: packages are named, source folders are not."""
    matches = [path for path in tracked(".py") if path.as_posix().endswith(f"/src/{file}")]
    assert len(matches) == 1, f"{file} should name one file, names {len(matches)}"
    return matches[0]


@pytest.mark.parametrize("page", ["rules.md", "walk.md", "adr/README.md"])
def test_every_path_that_a_page_names_exists(page: str) -> None:
    text = (ROOT / "docs" / page).read_text()

    assert [path for path in FILE.findall(text) if not (ROOT / path).exists()] == []


def test_every_rule_names_its_module_and_its_test() -> None:
    rows = [
        row for row in (ROOT / "docs/rules.md").read_text().splitlines() if row.startswith("| ") and "---" not in row
    ]

    ruled = [row for row in rows if not row.startswith("| rule")]
    assert len(ruled) > 30
    incomplete = [row for row in ruled if "not yet" not in row and not ("`services/" in row or "`libs/" in row)]
    untested = [row for row in ruled if "not yet" not in row and "`tests/" not in row]
    assert incomplete == []
    assert untested == []


def test_every_decision_is_listed_and_has_its_five_parts() -> None:
    pages = sorted((ROOT / "docs/adr").glob("0*.md"))
    index = (ROOT / "docs/adr/README.md").read_text()

    for page in pages:
        assert page.name in index
        text = page.read_text()
        assert all(
            f"**{part}.**" in text for part in ("Context", "Decision", "Consequences", "Rejected", "Enforced by")
        )


def test_every_command_that_the_readme_shows_exists() -> None:
    readme = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"^\s+make ([a-z-]+)", readme, re.MULTILINE)) <= targets


def test_the_project_speaks_of_itself_alone() -> None:
    texts = tracked(
        ".md", ".py", ".toml", ".yml", ".yaml", ".lock", ".template", ".json", ".sh", "Makefile", "Dockerfile"
    )
    mine = Path(__file__)

    assert [path for path in texts if path != mine and UNSPEAKABLE.search(path.read_text())] == []


COMMAND = re.compile(r"(?:^    |`)(?:\.venv/bin/)?mathematricks ([a-z][^`#\n]*)", re.MULTILINE)
PLACEHOLDER = re.compile(r"<[^>]+>|…")
ALERT_KEYS = re.compile(r"^\| (`[^|]+`) \|", re.MULTILINE)


def commands() -> list[tuple[str, str]]:
    """Every line of the documents that shows the operator's command, with the document it stands in."""
    found = []
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        found += [(path.name, line.strip()) for line in COMMAND.findall(path.read_text())]
    return found


@pytest.mark.parametrize(("document", "line"), commands())
def test_every_command_that_a_document_shows_is_one(document: str, line: str) -> None:
    command: Any = typer.main.get_command(app)
    words = shlex.split(PLACEHOLDER.sub("x", line))
    while words and hasattr(command, "commands"):
        assert words[0] in command.commands, f"{document}: mathematricks {line}"
        command = command.commands[words.pop(0)]

    known = {option for parameter in command.params for option in parameter.opts + parameter.secondary_opts}

    unknown = [word for word in words if word.startswith("--") and word.partition("=")[0] not in known]
    assert unknown == [], f"{document}: mathematricks {line}"


def test_every_alert_that_operations_explain_is_raised_somewhere() -> None:
    text = (ROOT / "docs/operations.md").read_text()
    table = text[text.index("## Alerts, by key") :]
    keys = [key for row in ALERT_KEYS.findall(table) for key in re.findall(r"`([^`]+)`", row)]
    code = "\n".join(path.read_text() for path in tracked(".py") if "/src/" in path.as_posix())

    assert len(keys) > 20
    assert [key for key in keys if f'"{key}' not in code] == []


def test_every_link_within_operations_leads_somewhere() -> None:
    text = (ROOT / "docs/operations.md").read_text()
    heads = {
        re.sub(r"[^\w\- ]", "", head).strip().lower().replace(" ", "-") for head in re.findall(r"^## (.+)$", text, re.M)
    }

    assert [link for link in re.findall(r"\(#([^)]+)\)", text) if link not in heads] == []
