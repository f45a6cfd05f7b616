"""Every API of a running desk, fuzzed from its own OpenAPI: no 500, no stack trace, no secret anywhere."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pymongo
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from mathematricks.contracts.controls import LONGEST_DRILL
from mathematricks.runtime.tokens import Caller, mint_token
from mathematricks_cli import fleet
from mathematricks_cli.__main__ import app
from mathematricks_cli.mongod import MongodMissing, find_mongod
from schemathesis.core.result import Ok
from support.desk import DeskProcess
from typer.testing import CliRunner

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "openapi"
EXAMPLES = 12
FUZZING = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    """One desk for all attacks."""
    try:
        find_mongod()
    except MongodMissing as missing:
        pytest.skip(f"NOT RUN, no MongoDB: {missing}")
    desk = DeskProcess(tmp_path_factory.mktemp("fuzzed"))
    desk.up()
    yield desk
    desk.down()


def test_the_operator_lets_somebody_in_who_then_logs_in_and_puts_them_out_again(desk: DeskProcess) -> None:
    # before the attacks: they use up the patience with this address
    state, password = ["--state", str(desk.directory), "--json"], "quiet zebras walk at noon"
    url = desk.state.desk().urls[fleet.FRONTEND]

    def command(*words: str) -> Any:
        ran = CliRunner().invoke(app, ["user", *words, *state])
        assert ran.exit_code == 0, ran.output
        return json.loads(ran.stdout)

    invited = command("add", "Carol", "--role", "client", "--client", "c1")
    accepted = httpx.post(f"{url}/api/invitations/{invited['token']}/accept", json={"password": password})
    login = {"name": "carol", "password": password}
    let_in = httpx.post(f"{url}/api/auth/login", json=login)
    command("disable", "carol")
    put_out = httpx.post(f"{url}/api/auth/login", json=login)

    assert invited["address"] == f"{desk.state.desk().url}/invitation/{invited['token']}"
    assert [answer.status_code for answer in (accepted, let_in, put_out)] == [200, 200, 401]
    assert let_in.json()["role"] == "client"
    assert [one["status"] for one in command("list")["items"] if one["name"] == "carol"] == ["disabled"]
    unknown = CliRunner().invoke(app, ["user", "reset-second-factor", "nobody", *state])
    assert unknown.exit_code != 0


@pytest.mark.parametrize("service", fleet.START_ORDER)
def test_no_request_breaks_a_service(service: str, desk: DeskProcess) -> None:
    schema = schemathesis.openapi.from_path(REFERENCE / f"{service}.json")
    url = desk.state.desk().urls[service]
    broken: list[str] = []
    with httpx.Client(base_url=url, timeout=20) as http:
        for operation in schema.get_all_operations():
            assert isinstance(operation, Ok), operation
            broken += attack(operation.ok(), http, desk.state.deployment_key())

    assert broken == []
    assert httpx.get(f"{url}/ready").status_code == 200


def attack(operation: Any, http: httpx.Client, key: str) -> list[str]:
    """Return what went wrong with requests made from *operation*'s schema, signed and unsigned."""
    broken: list[str] = []
    examples = 2 if operation.path.endswith("/drills") else EXAMPLES  # each that is taken opens and closes positions

    @settings(FUZZING, max_examples=examples)
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        token = mint_token(Caller("fuzz", "admin"), key)
        headers = {"Authorization": f"Bearer {token}"}
        answer = case.call(base_url=str(http.base_url), headers=headers, timeout=LONGEST_DRILL)
        if answer.status_code >= 500 or "Traceback" in answer.text or key in answer.text:
            broken.append(f"{operation.method} {operation.path}: {answer.status_code} {answer.text[:200]}")

    send()
    return broken


def test_no_secret_reached_a_log_or_a_document(desk: DeskProcess) -> None:
    key = desk.state.deployment_key()
    token = mint_token(Caller("test", "admin"), key)
    made = httpx.post(
        f"{desk.state.desk().url}/api/v1/senders",
        json={"name": f"leaky-{time.time_ns()}", "strategies": ["*"]},
        headers={"Authorization": f"Bearer {token}"},
    )
    secrets = list(made.json()["secrets"].values())
    body = {"strategy_name": "leak", "signalID": "x", "signal_sent_EPOCH": int(time.time()), "passphrase": secrets[0]}
    body |= {"signal": {"ticker": "AAPL", "action": "BUY", "price": 1, "note": {"api_key": secrets[0]}}}
    httpx.post(f"{desk.state.desk().url}/api/v1/signals", json=body)

    everywhere = desk.state.log_path.read_text(errors="replace") + everything_stored(desk)

    assert made.status_code in (200, 201)
    assert [secret for secret in [*secrets, key] if secret in everywhere] == []


def everything_stored(desk: DeskProcess) -> str:
    record = desk.state.desk()
    with pymongo.MongoClient[dict[str, Any]](record.mongo_url) as mongo:
        db = mongo[record.mongo_database]
        return "\n".join(str(document) for name in db.list_collection_names() for document in db[name].find())
