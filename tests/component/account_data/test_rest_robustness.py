"""Whatever is asked over REST, account-data answers as its OpenAPI says and never breaks."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from support.accounts import an_account_update, an_execution
from support.ledger_desk import Desk

MAKING = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
HOSTILE = ["\x00", "..", "%2e%2e", "a\nb", "\u202e", "𝒳" * 50, "' || 1", "$where", "{$gt: ''}", "x" * 5000, "%ff%fe"]
BODIES = [
    b"",
    b"null",
    b"[]",
    b'{"strategy_id": "\\ud800", "strategy_name": "x", "account": "A"}',
    b'{"strategy_id": "a\\u0000b", "strategy_name": "x", "account": "A"}',
    b'{"strategy_id": "a", "strategy_name": "\\ud800", "account": "A"}',
    b'{"strategy_id": "a", "strategy_name": "\\u0000", "account": "A", "expected_alpha": 1e-7000}',
    b'{"strategy_id": "b", "strategy_name": "x", "account": "A", "expected_alpha": "1e-7000"}',
    b'{"strategy_id": "c", "strategy_name": "x", "account": "A", "risk_limits": {"max_daily_loss": 1e400}}',
    b'{"strategy_id": "d", "strategy_name": "x", "account": "A", "risk_limits": {"max_daily_loss": "1E+33"}}',
    b'{"strategy_id": "e", "strategy_name": "x", "account": "A", "expected_alpha": NaN}',
    b'{"\\ud800": 1}',
    b"[" * 5000,
]


async def test_every_request_made_from_the_openapi_is_answered_as_it_says(desk: Desk) -> None:
    await desk.report(an_account_update())
    await desk.fill(an_execution())
    schema = schemathesis.openapi.from_dict((await desk.http.get("/openapi.json")).json())

    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        declared = {*operation.definition.raw["responses"]}
        for request in requests_for(operation):
            answer = await desk.http.request(**request)
            told = f"{operation.method} {request['url']}: {answer.status_code} {answer.text[:300]}"
            assert str(answer.status_code) in declared | {"404", "405"}, told
            assert answer.status_code < 500, told
            assert answer.is_success or answer.json()["error"], told


async def test_hostile_names_and_bodies_are_refused_politely(desk: Desk) -> None:
    answers = [await desk.http.post("/api/strategies", content=body) for body in BODIES]
    for said in HOSTILE:
        name = quote(said, safe="%")
        answers += [
            await desk.http.get(f"/api/v1/account/{name}/state"),
            await desk.http.post(f"/api/v1/account/{name}/sync"),
            await desk.http.get(f"/api/strategies/{name}"),
            await desk.http.delete(f"/api/strategies/{name}"),
            await desk.http.get("/api/v1/ledger", params={"account": said, "signal_id": said}),
            await desk.http.get("/api/v1/ledger", params={"limit": said}),
        ]

    assert [answer.text for answer in answers if answer.status_code >= 500] == []


def requests_for(operation: Any) -> list[dict[str, Any]]:
    """Return requests that the operation's own schema allows."""
    made: list[dict[str, Any]] = []

    @MAKING
    @given(case=operation.as_strategy())
    def make(case: Any) -> None:
        asked = case.as_transport_kwargs(base_url="http://it")
        made.append({name: asked[name] for name in ("method", "url", "params", "json", "data") if asked.get(name)})

    make()
    return made
