"""The brokers, asked through execution's REST API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import quote

import httpx
from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.base import Message
from mathematricks.contracts.rest import BrokerAccount, BrokerAccounts
from pydantic import ValidationError

from account_data.ports import BrokersUnavailable, UnknownAccount

M = TypeVar("M", bound=Message)


class HttpBrokers:
    """Every failure to answer is ``BrokersUnavailable``: nothing is known, so nothing may be judged."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def accounts(self) -> Sequence[BrokerAccount]:
        return (await self._get("/api/v1/accounts", BrokerAccounts)).items

    async def snapshot(self, account: str) -> AccountUpdate:
        return await self._get(f"/api/v1/accounts/{quote(account, safe='')}/snapshot", AccountUpdate)

    async def _get(self, path: str, model: type[M]) -> M:
        try:
            answer = await self._http.get(path)
        except httpx.HTTPError as error:
            raise BrokersUnavailable(f"execution does not answer: {type(error).__name__}") from error
        if answer.status_code in (httpx.codes.NOT_FOUND, httpx.codes.UNPROCESSABLE_ENTITY):
            raise UnknownAccount("execution has no such account")
        if answer.is_error:
            raise BrokersUnavailable(f"execution answers {answer.status_code}")
        try:
            return model.model_validate_json(answer.content)
        except ValidationError as error:
            raise BrokersUnavailable(f"execution's answer is no {model.__name__}") from error
