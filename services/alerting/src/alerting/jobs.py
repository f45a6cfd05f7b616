"""One function per schedule."""

from __future__ import annotations

from alerting import paging
from alerting.ports import Ports


async def page(ports: Ports) -> None:
    """Owe what open alerts are due by now, and send what is owed."""
    await paging.owe_pages(ports)
    await paging.page(ports)
