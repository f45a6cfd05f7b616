"""The images and the compose file: linted, schema-checked, and alike but for a name."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
SERVICES = sorted(path.name for path in (ROOT / "services").iterdir() if (path / "pyproject.toml").exists())


def test_the_compose_file_matches_the_compose_specification() -> None:
    command = [
        str(BIN / "check-jsonschema"),
        "--builtin-schema",
        "vendor.compose-spec",
        str(ROOT / "docker-compose.yml"),
    ]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_the_compose_file_runs_every_service_hardened() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]

    for name in SERVICES:
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["build"]["dockerfile"] == f"services/{name}/Dockerfile"


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_is_linted_and_differs_from_the_others_by_its_name_and_the_pages_alone(service: str) -> None:
    text = (ROOT / "services" / service / "Dockerfile").read_text()
    parts = {path.stem: path.read_text() for path in (ROOT / "deploy/docker").glob("pages-*.template")}
    plain = text
    for part in parts.values():
        assert (part in text) == (service == "frontend-api")
        plain = plain.replace(part, "")
    named = {"service": service, "package": service.replace("-", "_"), "pages_built": "", "pages_served": ""}

    assert plain == (ROOT / "deploy/docker/Dockerfile.template").read_text().format(**named)
    assert "\nUSER " in text
    linter = shutil.which("hadolint", path=str(BIN))
    if linter is None:
        pytest.skip("NOT RUN: hadolint is not available for this machine")
    done = subprocess.run(
        [linter, str(ROOT / "services" / service / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_is_given_everything_it_copies_and_nothing_secret(service: str) -> None:
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    lines = (ROOT / "services" / service / "Dockerfile").read_text().splitlines()
    copied = [part for line in lines if re.match(r"COPY (?!--from)", line) for part in line.split()[1:-1]]

    assert copied
    for source in copied:
        reached = [
            each for each in allowed if fnmatch(each, f"{source}*") or fnmatch(source, each.replace("*", service))
        ]
        within = [each for each in allowed if each.replace("*", service).startswith(f"{source}/")]
        assert reached or within, source
        assert all((ROOT / each.replace("*", service)).exists() for each in within), source
    assert not [each for each in allowed if "env" in each or "key" in each or each == "*"]


def test_the_image_of_the_pages_builds_them_from_what_the_build_reads() -> None:
    text = (ROOT / "services/frontend-api/Dockerfile").read_text()
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!frontend/")}
    read = {
        "package.json",
        "package-lock.json",
        "index.html",
        "tsconfig.json",
        "vite.config.ts",
        "public",
        "scripts",
        "src",
    }

    assert allowed == {f"frontend/{each}" for each in read}
    served = re.search(r"^COPY --from=pages /src/dist (\S+)$", text, re.MULTILINE)
    assert served
    assert f"ENV FRONTEND_API_FRONTEND_DIR={served[1]}" in text
    engine = json.loads((ROOT / "frontend/package.json").read_text())["engines"]["node"]
    assert re.search(r"^FROM node:20-", text, re.MULTILINE)
    assert engine.startswith(">=20.")


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_the_same_versions_as_the_tests_ran_with(service: str) -> None:
    tested = set(pinned(ROOT / "requirements.lock"))

    assert set(pinned(ROOT / "services" / service / "requirements.lock")) <= tested


def pinned(lock: Path) -> list[str]:
    return [line.split(" ")[0] for line in lock.read_text().splitlines() if "==" in line and not line.startswith(" ")]
