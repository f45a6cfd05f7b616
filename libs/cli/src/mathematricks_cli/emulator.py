"""A Pub/Sub emulator of the desk's own: the jar of the Google Cloud SDK, started and stopped here."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mathematricks_cli.mongod import free_port

NO_EMULATOR = (
    "No Pub/Sub emulator on this machine ({missing}). Install Java and the Google Cloud SDK with "
    "`gcloud components install pubsub-emulator`, or run one with `docker compose up -d pubsub` and set "
    "PUBSUB_EMULATOR_HOST=localhost:8085"
)
_SDK_PLACES = (
    "/usr/lib/google-cloud-sdk",
    "/usr/share/google-cloud-sdk",
    "~/google-cloud-sdk",
    "/opt/google-cloud-sdk",
)
_SLOWEST_START = 60.0


class EmulatorMissing(Exception):
    """There is neither an emulator to start nor one to use; the text says what to do."""


def find_java() -> Path:
    """Return the Java to run the emulator with, ``JAVA_HOME`` first; raise ``EmulatorMissing``."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(home) / "bin")) if home else None
    found = found or shutil.which("java")
    if found is None:
        raise EmulatorMissing(NO_EMULATOR.format(missing="no java in PATH"))
    return Path(found)


def find_jar() -> Path:
    """Return the emulator's jar in the Google Cloud SDK; raise ``EmulatorMissing``."""
    for sdk in _sdks():
        if jars := list((sdk / "platform" / "pubsub-emulator" / "lib").glob("cloud-pubsub-emulator-*.jar")):
            return max(jars, key=_version)
    raise EmulatorMissing(NO_EMULATOR.format(missing="no pubsub-emulator component in a Google Cloud SDK"))


def start_emulator(port: int, *, log: Path | None = None) -> subprocess.Popen[bytes]:
    """Start an empty emulator on *port* and return once it answers; its output goes to *log*."""
    command = [str(find_java()), "-Xmx512m", "-jar", str(find_jar()), "--host=127.0.0.1", f"--port={port}"]
    with open(log or os.devnull, "ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    _wait_until_it_answers(process, port)
    return process


def stop_emulator(process: subprocess.Popen[bytes]) -> None:
    """Stop the emulator; kill it if it takes more than 10 seconds."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def own_emulator(port: int | None = None) -> Iterator[str]:
    """Yield host:port of an emulator: ``PUBSUB_EMULATOR_HOST`` if set, else one started here and stopped after."""
    if given := os.environ.get("PUBSUB_EMULATOR_HOST"):
        yield given
        return
    port = port or free_port()
    process = start_emulator(port)
    try:
        yield f"127.0.0.1:{port}"
    finally:
        stop_emulator(process)


def _sdks() -> Iterator[Path]:
    if told := os.environ.get("CLOUDSDK_ROOT_DIR"):
        yield Path(told)
    yield from (Path(place).expanduser() / "google-cloud-sdk" for place in _SDK_PLACES)
    if gcloud := shutil.which("gcloud"):
        with suppress(OSError, subprocess.SubprocessError):
            asked = [gcloud, "info", "--format=value(installation.sdk_root)"]
            said = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=True).stdout.strip()
            yield Path(said)


def _version(jar: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", jar.name)]


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _SLOWEST_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise EmulatorMissing(NO_EMULATOR.format(missing=f"the emulator ended at once with {process.returncode}"))
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return
        time.sleep(0.05)
    stop_emulator(process)
    raise EmulatorMissing(NO_EMULATOR.format(missing=f"the emulator did not answer within {_SLOWEST_START:.0f} s"))
