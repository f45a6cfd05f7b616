"""A simulation has no way to order anything: it knows neither bus nor storage, and every door out is shut."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

from cerebro.adapters.child_process import ALONE
from cerebro.domain.simulation.job import job_text
from support.simulations import a_job

ROADS_OUT = (
    *("mathematricks.messaging", "mathematricks.storage", "mathematricks.runtime", "cerebro.adapters"),
    *("cerebro.handlers", "cerebro.service", "cerebro.ports", "pymongo", "bson", "google.cloud", "grpc"),
    *("httpx", "uvicorn", "fastapi", "websockets", "redis", "aiohttp", "requests"),
)


def in_the_sandbox(after: str, job: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run a whole simulation in the sandbox's own process, then *after* in that same process."""
    script = "import sys\nfrom cerebro import sandbox\nsandbox.main()\n" + textwrap.dedent(after)
    command = [sys.executable, "-I", "-c", script]
    return subprocess.run(command, input=job or job_text(a_job()), capture_output=True, env=ALONE, cwd="/", check=False)


def test_a_whole_simulation_imports_nothing_that_could_publish_or_store() -> None:
    done = in_the_sandbox("print('IMPORTED', *sorted(sys.modules))")

    imported = done.stdout.split(b"IMPORTED ")[1].decode().split()
    assert b'"result"' in done.stdout
    assert "cerebro.domain.decision" in imported
    assert "cerebro.domain.allocation.methods" in imported
    found = [name for name in imported for road in ROADS_OUT if name == road or name.startswith(road + ".")]
    assert found == []


WAYS_OUT = (
    "import socket; socket.socket()",
    "import socket; socket.create_connection(('127.0.0.1', 27017), 1)",
    "import socket; socket.getaddrinfo('localhost', 8085)",
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8085/v1/projects')",
    "import asyncio; asyncio.run(asyncio.open_connection('127.0.0.1', 27017))",
    "import subprocess; subprocess.run(['true'])",
    "import os; os.system('true')",
    "import os; os.fork()",
    "import os; os.posix_spawn('/bin/true', ['true'], {})",
    "import os; os.execv('/bin/true', ['true'])",
    "open('/tmp/order.json', 'w')",
    "import os; os.open('/tmp/order.json', os.O_CREAT | os.O_WRONLY)",
    "import httpx; httpx.get('http://127.0.0.1:8085')",
)


def test_every_door_out_of_the_process_is_shut() -> None:
    tried = """
    import json
    ends = []
    for way in json.loads(WAYS):
        try:
            exec(way)
            ends.append("went through")
        except BaseException as end:
            ends.append(type(end).__name__)
    print("ENDS", json.dumps(ends))
    """
    done = in_the_sandbox(textwrap.dedent(tried).replace("WAYS", repr(json.dumps(WAYS_OUT))))

    ends = json.loads(done.stdout.split(b"ENDS ")[1])
    assert dict(zip(WAYS_OUT, ends, strict=True)) == dict.fromkeys(WAYS_OUT, "Refused")


def test_a_client_of_the_records_reaches_nothing() -> None:
    asked = "import pymongo; pymongo.MongoClient(serverSelectionTimeoutMS=300).admin.command('ping'); print('PASSED')"
    done = in_the_sandbox(asked)

    assert b"PASSED" not in done.stdout
    assert done.returncode != 0


def test_catching_everything_does_not_open_a_door() -> None:
    done = in_the_sandbox("import socket\ntry:\n    socket.socket()\nexcept Exception:\n    print('WENT ON')")

    assert b"WENT ON" not in done.stdout
    assert done.returncode != 0


def test_it_is_given_no_address_and_no_key() -> None:
    done = in_the_sandbox("import os, json; print('ENVIRONMENT', json.dumps(dict(os.environ)))")

    environment = json.loads(done.stdout.split(b"ENVIRONMENT ")[1])
    assert {name for name in environment if "MATHEMATRICKS" in name or "CEREBRO" in name or "PUBSUB" in name} == set()
    assert set(environment) <= {*ALONE, "LC_CTYPE"}
