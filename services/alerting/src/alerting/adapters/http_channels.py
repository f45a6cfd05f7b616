"""Channels behind an HTTP API: Telegram, an SMS provider, any webhook."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
from mathematricks.contracts.alerts import AlertRecord, Notification
from pydantic import SecretStr

from alerting.domain.wording import headline, text_of
from alerting.ports import ChannelDown


async def post(http: httpx.AsyncClient, url: str, **what: Any) -> None:
    """Post, and raise ``ChannelDown`` unless it was taken; the reason names no address, for it may hold a secret."""
    try:
        answer = await http.post(url, **what)
    except httpx.HTTPError as silence:
        raise ChannelDown(f"it does not answer ({type(silence).__name__})") from None
    except (ValueError, httpx.InvalidURL):
        raise ChannelDown("its address is no address") from None
    if not answer.is_success:
        raise ChannelDown(f"it answered {answer.status_code}")


@dataclass(frozen=True)
class Telegram:
    """A bot that writes to chats."""

    http: httpx.AsyncClient
    api: str
    token: SecretStr
    chats: tuple[str, ...]
    name: str = "telegram"

    async def send(self, record: AlertRecord, page: Notification) -> None:
        url = f"{self.api}/bot{self.token.get_secret_value()}/sendMessage"
        for chat in self.chats:
            await post(self.http, url, json={"chat_id": chat, "text": text_of(record, page)})


@dataclass(frozen=True)
class Sms:
    """A provider that takes a form of From, To and Body, with basic authentication (Twilio's shape)."""

    http: httpx.AsyncClient
    url: str
    account: str
    secret: SecretStr
    sender: str
    receivers: tuple[str, ...]
    name: str = "sms"

    async def send(self, record: AlertRecord, page: Notification) -> None:
        auth = (self.account, self.secret.get_secret_value())
        for receiver in self.receivers:
            form = {"From": self.sender, "To": receiver, "Body": headline(record, page)}
            await post(self.http, self.url, data=form, auth=auth)


@dataclass(frozen=True)
class Webhook:
    """Anything that takes JSON; signed, where there is a secret, as X-Signature: HMAC-SHA-256 of the body in hex."""

    http: httpx.AsyncClient
    url: SecretStr
    secret: SecretStr | None
    name: str = "webhook"

    async def send(self, record: AlertRecord, page: Notification) -> None:
        told = record.model_dump(mode="json", exclude={"occurrences"})
        body = orjson.dumps({"alert": told, "channel": self.name, "number": page.number, "id": page.notification_id})
        headers = {"Content-Type": "application/json"}
        if self.secret is not None:
            key = self.secret.get_secret_value().encode()
            headers["X-Signature"] = hmac.new(key, body, hashlib.sha256).hexdigest()
        await post(self.http, self.url.get_secret_value(), content=body, headers=headers)
