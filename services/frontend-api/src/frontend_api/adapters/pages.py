"""The built pages, served as files: every address of theirs is one page, their parts never change under a name."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from mimetypes import guess_type
from pathlib import Path, PurePosixPath

from anyio import to_thread
from mathematricks.runtime.errors import answer
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from frontend_api.settings import Settings

API = ("/api/", "/live", "/ready", "/metrics", "/openapi.json")
NONCE = "__CSP_NONCE__"
"""Where a page holds this, its styles need the nonce of that one answer; else styles may be inline."""
FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"
SQUEEZED = {"br": ".br", "gzip": ".gz"}
"""Which encodings the build lays beside a part, the smallest first, and under which ending."""
HELP = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Mathematricks</title>
<h1>The desk runs; its pages are not built</h1>
<p>Build them once with <code>make frontend</code>, then load this page again.</p>
<p>The API answers under <code>/api</code>; the command needs no pages: <code>mathematricks status</code>.</p></html>
"""


class Pages:
    """Answer GET for everything that is not the API's: a file, or the one page."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._root = app, settings.frontend_dir

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or is_api(scope["path"]):
            await self._app(scope, receive, send)
            return
        response = await to_thread.run_sync(self._response, Request(scope))
        await response(scope, receive, send)

    def _response(self, request: Request) -> Response:
        path = PurePosixPath(request.url.path.lstrip("/"))
        if is_file(path):
            return self._file(path, request) or answer(404, "Not Found")
        index = self._root / "index.html" if self._root else None
        if index is None or not index.is_file():
            return HTMLResponse(HELP, headers={"Cache-Control": ASK_FIRST})
        return page(index.read_text(), hints_of(self._root, path))

    def _file(self, path: PurePosixPath, request: Request) -> Response | None:
        found = within(self._root, path)
        if found is None:
            return None
        hashed = path.parts[0] == "assets"
        headers = {"Cache-Control": FOR_EVER if hashed else ASK_FIRST, "Vary": "Accept-Encoding"}
        media = guess_type(found.name)[0] or "application/octet-stream"
        takes = {each.split(";")[0].strip() for each in request.headers.get("accept-encoding", "").split(",")}
        for encoding, ending in SQUEEZED.items():
            smaller = found.with_name(found.name + ending)
            if encoding in takes and smaller.is_file():
                return FileResponse(smaller, media_type=media, headers=headers | {"Content-Encoding": encoding})
        return FileResponse(found, media_type=media, headers=headers)


def is_api(path: str) -> bool:
    """Return whether the API answers for *path*, be it with 404."""
    return path == "/api" or path.startswith(API[0]) or path in API


def is_file(path: PurePosixPath) -> bool:
    """Return whether *path* names a file rather than an address within the page, whose names may hold dots."""
    return path.parts[:1] == ("assets",) or (len(path.parts) == 1 and "." in path.name)


def within(root: Path | None, path: PurePosixPath) -> Path | None:
    """Return the file at *path* under *root*; None for hidden ones and whatever lies elsewhere."""
    if root is None or "\0" in str(path) or any(part.startswith(".") for part in path.parts):
        return None
    found = (root / path).resolve()
    return found if found.is_relative_to(root.resolve()) and found.is_file() else None


def page(text: str, hints: str = "") -> Response:
    """Return the one page, with *hints* of what it will need and a policy that lets nothing in but its own parts."""
    text = text.replace("</head>", hints + "</head>", 1)
    if NONCE not in text:
        return HTMLResponse(text, headers=_policy("'unsafe-inline'"))
    nonce = secrets.token_urlsafe(16)
    return HTMLResponse(text.replace(NONCE, nonce), headers=_policy(f"'nonce-{nonce}'"))


def hints_of(root: Path | None, path: PurePosixPath) -> str:
    """Name the scripts that the build says the address *path* needs, so that they come side by side."""
    told = root / ".vite" / "preload.json" if root else None
    if told is None or not told.is_file():
        return ""
    scripts = _told(told, told.stat().st_mtime_ns).get(path.parts[0] if path.parts else "", ())
    return "".join(f'<link rel="modulepreload" href="{escape(each)}" fetchpriority="low">' for each in scripts)


@lru_cache(maxsize=4)
def _told(path: Path, _: int) -> Mapping[str, Sequence[str]]:
    told: Mapping[str, Sequence[str]] = json.loads(path.read_text())
    return told


def _policy(styles: str) -> dict[str, str]:
    rules = (
        "default-src 'none'",
        "script-src 'self'",
        f"style-src 'self' {styles}",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
    return {"Content-Security-Policy": "; ".join(rules), "Cache-Control": ASK_FIRST}


def build_of(root: Path | None) -> str:
    """Return which build of the pages is served; another one means that a browser should load them anew."""
    index = root / "index.html" if root else None
    if index is None or not index.is_file():
        return "none"
    return _fingerprint(index, index.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _fingerprint(path: Path, _: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
