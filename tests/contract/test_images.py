"""The images and the compose file: linted, schema-checked, and alike but for a name."""

from __future__ import annotations

import shutil
import subprocess
import sys
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
def test_an_image_is_linted_and_differs_from_the_others_by_its_name_only(service: str) -> None:
    text = (ROOT / "services" / service / "Dockerfile").read_text()
    template = (ROOT / "deploy/docker/Dockerfile.template").read_text()

    assert text == template.format(service=service, package=service.replace("-", "_"))
    assert "\nUSER " in text
    linter = shutil.which("hadolint", path=str(BIN))
    if linter is None:
        pytest.skip("NOT RUN: hadolint is not available for this machine")
    done = subprocess.run(
        [linter, str(ROOT / "services" / service / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_the_same_versions_as_the_tests_ran_with(service: str) -> None:
    tested = set(pinned(ROOT / "requirements.lock"))

    assert set(pinned(ROOT / "services" / service / "requirements.lock")) <= tested


def pinned(lock: Path) -> list[str]:
    return [line.split(" ")[0] for line in lock.read_text().splitlines() if "==" in line and not line.startswith(" ")]
