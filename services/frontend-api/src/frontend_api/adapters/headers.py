"""What is done to every answer, whoever gives it: security headers, and a smaller shape for long ones."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from frontend_api.settings import Settings

ALWAYS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
SECRETS = ("/api/auth/", "/api/session/", "/api/invitations", "/api/users", "/api/sender-credentials")
"""Where answers hold tokens, keys and codes."""
OVER_HTTPS = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}


class SecurityHeaders:
    """Add the headers to each answer; an answer that says otherwise itself is left alone."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._headers = ALWAYS if settings.plain_http else ALWAYS | OVER_HTTPS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class Squeezed(GZipMiddleware):
    """
    Squeeze the API's longer answers for who takes them so; streams pass as they are.

    An answer that may hold a secret is never squeezed: its length would tell of what it repeats.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        super().__init__(app, minimum_size=1000, compresslevel=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        secret = scope["type"] == "http" and scope["path"].startswith(SECRETS)
        await (self.app if secret else super().__call__)(scope, receive, send)
