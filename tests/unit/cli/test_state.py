"""The state directory."""

from __future__ import annotations

import stat
import subprocess
import sys

import pytest
from mathematricks_cli.state import DeskIsDown, DeskIsUp, DeskRecord, StateDir, state_dir

HOLD = """
import sys, time
from pathlib import Path
from mathematricks_cli.state import state_dir
with state_dir(Path(sys.argv[1])).held():
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def state(tmp_path) -> StateDir:
    return state_dir(tmp_path / "desk").create()


def a_record() -> DeskRecord:
    return DeskRecord(1, "embedded", "memory", True, "http://localhost:1", {}, "mongodb://localhost", "mathematricks")


def test_the_deployment_key_is_made_once_and_for_its_owner_only(state):
    key = state.deployment_key()

    assert state.deployment_key() == key
    assert len(key) >= 32
    assert stat.S_IMODE((state.path / "deployment.key").stat().st_mode) == 0o600


def test_a_port_is_chosen_once_and_kept(state):
    port = state.port("mongod")

    assert state.port("mongod") == port
    assert state.port("emulator") != port
    state.keep_port("mongod", 1234)
    assert state.port("mongod") == 1234


def test_a_desk_that_nobody_runs_is_down_whatever_was_recorded(state):
    state.tell(a_record())

    with pytest.raises(DeskIsDown, match="mathematricks up"):
        state.desk()


def test_a_directory_is_held_by_one_living_process_and_free_again_when_it_is_killed(state):
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(state.path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    holder.stdout.readline()
    state.tell(a_record())

    assert state.desk() == a_record()
    assert state.holder() == holder.pid
    with pytest.raises(DeskIsUp, match=f"is up already \\(process {holder.pid}"), state.held():
        pass
    holder.kill()
    holder.wait()

    with state.held():
        assert state.is_up()
        with pytest.raises(DeskIsDown, match="still starting"):
            state.desk()
    assert not state.is_up()
