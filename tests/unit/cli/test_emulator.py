"""Where there is no emulator, the text says how to get one."""

from __future__ import annotations

from pathlib import Path

import pytest
from mathematricks_cli.emulator import EmulatorMissing, find_jar, find_java, own_emulator


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("JAVA_HOME", "CLOUDSDK_ROOT_DIR", "PUBSUB_EMULATOR_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_an_emulator_that_is_told_is_used(monkeypatch: pytest.MonkeyPatch, bare_machine: Path) -> None:
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", "elsewhere:8085")

    with own_emulator() as host:
        assert host == "elsewhere:8085"


def test_without_java_the_text_says_what_to_do(bare_machine: Path) -> None:
    with pytest.raises(EmulatorMissing, match=r"no java.*PUBSUB_EMULATOR_HOST"), own_emulator():
        pass


def test_java_home_comes_first(monkeypatch: pytest.MonkeyPatch, bare_machine: Path) -> None:
    java = bare_machine / "jdk" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text("#!/bin/sh\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(bare_machine / "jdk"))

    assert find_java() == java


def test_the_newest_jar_of_the_told_sdk_is_used(monkeypatch: pytest.MonkeyPatch, bare_machine: Path) -> None:
    library = bare_machine / "sdk" / "platform" / "pubsub-emulator" / "lib"
    library.mkdir(parents=True)
    for version in ("0.8.9", "0.8.20"):
        (library / f"cloud-pubsub-emulator-{version}-all.jar").touch()
    monkeypatch.setenv("CLOUDSDK_ROOT_DIR", str(bare_machine / "sdk"))

    assert find_jar().name == "cloud-pubsub-emulator-0.8.20-all.jar"
