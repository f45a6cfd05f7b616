"""Where a connection comes from, seen through our own proxies and through nobody else's claims."""

from __future__ import annotations

from starlette.requests import HTTPConnection


def client_of(connection: HTTPConnection, trusted_proxies: int) -> str:
    """Return the address that the outermost of our own proxies saw; without proxies, the peer's."""
    peer = connection.client.host if connection.client else "unknown"
    if trusted_proxies == 0:
        return peer
    said = ",".join(connection.headers.getlist("x-forwarded-for"))
    seen = [part.strip() for part in said.split(",") if part.strip()]
    return seen[-trusted_proxies][:100] if len(seen) >= trusted_proxies else peer
