"""E-mail by SMTP."""

from __future__ import annotations

import asyncio
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage

from mathematricks.contracts.alerts import AlertRecord, Notification
from pydantic import SecretStr

from alerting.domain.wording import headline, text_of
from alerting.ports import ChannelDown

PATIENCE = 8.0


@dataclass(frozen=True)
class Mail:
    """A mail server; *starttls* before anything else is said to it, unless it is on this machine."""

    host: str
    port: int
    starttls: bool
    user: str | None
    password: SecretStr | None
    sender: str
    receivers: tuple[str, ...]
    name: str = "email"

    async def send(self, record: AlertRecord, page: Notification) -> None:
        message = EmailMessage()
        message["Subject"] = " ".join(headline(record, page).split())  # a line break would begin another header
        message["From"], message["To"] = self.sender, ", ".join(self.receivers)
        message["Message-ID"] = f"<{page.notification_id}@mathematricks>"
        message.set_content(text_of(record, page))
        try:
            await asyncio.to_thread(self._deliver, message)
        except (OSError, smtplib.SMTPException) as failure:
            raise ChannelDown(f"the mail server did not take it ({type(failure).__name__})") from None

    def _deliver(self, message: EmailMessage) -> None:
        with smtplib.SMTP(self.host, self.port, timeout=PATIENCE) as server:
            if self.starttls:
                server.starttls()
            if self.user is not None and self.password is not None:
                server.login(self.user, self.password.get_secret_value())
            server.send_message(message)
