"""The built pages as the API serves them: one page for every address, files that never change, nothing else."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.people import a_user

SCRIPT = "console.log('desk');" * 50


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A built frontend, with something beside it that is nobody's business."""
    root = tmp_path / "dist"
    (root / "assets").mkdir(parents=True)
    (root / ".vite").mkdir()
    (root / "index.html").write_text('<!doctype html><script src="/assets/main-1a2b.js"></script>')
    (root / "assets" / "main-1a2b.js").write_text(SCRIPT)
    (root / "assets" / "inter.woff2").write_bytes(b"font")
    (root / "icon.svg").write_text("<svg/>")
    (root / ".vite" / "manifest.json").write_text("{}")
    (tmp_path / "secret.txt").write_text("deployment key")
    (root / "assets" / "way-out.js").symlink_to(tmp_path / "secret.txt")
    return root


@pytest.fixture
async def browser(begin: Any, built: Path) -> httpx.AsyncClient:
    front = await begin(frontend_dir=built)
    client: httpx.AsyncClient = front.browser()
    return client


async def test_every_address_of_the_pages_is_the_one_page(browser: httpx.AsyncClient) -> None:
    for path in ("/", "/strategies", "/senders/john.doe", "/invitations/abc", "/deeply/nested/address?x=1"):
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8"), path
        assert answer.headers["cache-control"] == "no-cache"
        assert "main-1a2b.js" in answer.text


async def test_parts_with_a_hash_in_their_name_are_kept_for_ever_and_others_asked_for(
    browser: httpx.AsyncClient,
) -> None:
    part, icon = await browser.get("/assets/main-1a2b.js"), await browser.get("/icon.svg")

    assert (part.text, part.headers["content-type"]) == (SCRIPT, "text/javascript; charset=utf-8")
    assert part.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (icon.headers["content-type"], icon.headers["cache-control"]) == ("image/svg+xml", "no-cache")


@pytest.mark.parametrize(
    ("takes", "given"),
    [("gzip, br", "br"), ("gzip;q=1.0", "gzip"), ("identity", None), ("", None), ("brotli, zip", None)],
)
async def test_what_the_build_squeezed_is_given_to_who_takes_it(
    browser: httpx.AsyncClient, built: Path, takes: str, given: str | None
) -> None:
    smaller = {"br": b"as brotli", "gzip": gzip.compress(SCRIPT.encode())}
    (built / "assets" / "main-1a2b.js.br").write_bytes(smaller["br"])
    (built / "assets" / "main-1a2b.js.gz").write_bytes(smaller["gzip"])

    async with browser.stream("GET", "/assets/main-1a2b.js", headers={"Accept-Encoding": takes}) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])

    assert raw == smaller.get(given or "", SCRIPT.encode())
    assert answer.headers.get("content-encoding") == given
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"


async def test_what_the_build_left_as_it_is_is_given_so(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/assets/inter.woff2", headers={"Accept-Encoding": "gzip, br"})

    assert (answer.content, answer.headers.get("content-encoding")) == (b"font", None)


async def test_a_part_that_is_gone_is_missing_rather_than_a_page(browser: httpx.AsyncClient) -> None:
    for path in ("/assets/old-9z.js", "/assets/", "/robots.txt", "/assets"):
        answer = await browser.get(path)
        assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"}), path


async def test_nothing_outside_of_the_pages_is_served(browser: httpx.AsyncClient) -> None:
    for raw in (
        b"/assets/../../secret.txt",
        b"/assets/..%2f..%2fsecret.txt",
        b"/assets/%2e%2e/%2e%2e/secret.txt",
        b"/assets/way-out.js",
        b"/.vite/manifest.json",
        b"/assets/.hidden",
        b"/assets//etc/passwd",
        b"/assets/x%00.js",
    ):
        answer = await browser.get(httpx.URL("http://localhost").copy_with(raw_path=raw))
        assert "deployment key" not in answer.text, raw
        assert "root:" not in answer.text, raw
        assert answer.status_code == 404 or "main-1a2b.js" in answer.text, raw


async def test_the_api_is_never_answered_with_a_page(browser: httpx.AsyncClient) -> None:
    unknown = await browser.get("/api/no-such-page")
    posted = await browser.post("/strategies")

    assert (unknown.status_code, unknown.json()) == (404, {"error": "Not Found"})
    assert posted.status_code == 404
    assert (await browser.get("/api")).status_code == 404
    assert (await browser.get("/live")).json() == {"status": "alive"}
    assert (await browser.get("/api/auth/session")).status_code == 401


async def test_the_page_lets_in_no_script_but_its_own(browser: httpx.AsyncClient) -> None:
    headers = (await browser.get("/")).headers
    policy = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert (policy["frame-ancestors"], policy["base-uri"], policy["form-action"]) == ("'none'", "'none'", "'none'")
    assert "unsafe-eval" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"


async def test_a_page_that_asks_for_a_nonce_gets_one_of_its_own_and_no_inline_styles(begin: Any, built: Path) -> None:
    (built / "index.html").write_text('<meta property="csp-nonce" nonce="__CSP_NONCE__">')
    browser = (await begin(frontend_dir=built)).browser()

    answers = [await browser.get("/") for _ in range(2)]

    nonces = [re.search('nonce="([^"]+)"', answer.text)[1] for answer in answers]  # type: ignore[index]
    assert nonces[0] != nonces[1]
    for nonce, answer in zip(nonces, answers, strict=True):
        assert f"style-src 'self' 'nonce-{nonce}'" in answer.headers["content-security-policy"]
        assert "unsafe-inline" not in answer.headers["content-security-policy"]


async def test_head_is_answered_without_a_body(browser: httpx.AsyncClient) -> None:
    answer = await browser.head("/assets/main-1a2b.js")

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("directory", [None, Path("/nowhere/at/all")])
async def test_without_a_build_a_page_says_how_to_make_one(begin: Any, directory: Path | None) -> None:
    front = await begin(frontend_dir=directory)

    answer = await front.browser().get("/")

    assert "make frontend" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert (await front.browser().get("/assets/main.js")).status_code == 404


async def test_another_build_has_another_name(begin: Any, built: Path) -> None:
    operator = (await begin(frontend_dir=built)).operator()
    first = (await operator.get("/api/heartbeat")).json()["build"]
    (built / "index.html").write_text("another build")

    assert (await operator.get("/api/heartbeat")).json()["build"] != first
    assert (await (await begin()).operator().get("/api/heartbeat")).json()["build"] == "none"


async def test_the_page_names_the_scripts_its_address_needs(browser: httpx.AsyncClient, built: Path) -> None:
    told = {"": ["/assets/home.js"], "login": ["/assets/entrance.js"], "odd": ['/a"><script>']}
    (built / ".vite" / "preload.json").write_text(json.dumps(told))
    (built / "index.html").write_text("<!doctype html><head></head><body></body>")

    async def named(path: str) -> list[str]:
        return re.findall(
            r'<link rel="modulepreload" href="([^"]+)" fetchpriority="low">', (await browser.get(path)).text
        )

    assert await named("/") == ["/assets/home.js"]
    assert await named("/login?next=/x") == ["/assets/entrance.js"]
    assert await named("/elsewhere/deep") == []
    assert "<script>" not in (await browser.get("/odd")).text


async def test_long_answers_are_squeezed_but_for_those_with_secrets(begin: Any) -> None:
    front = await begin()
    for number in range(10):
        await front.add(a_user(f"user{number}"))
    operator = front.operator()

    async def encoding_of(path: str, takes: str) -> str | None:
        answer = await operator.get(path, headers={"Accept-Encoding": takes})
        assert len(answer.content) > 1000, path
        return answer.headers.get("content-encoding")

    assert await encoding_of("/openapi.json", "gzip, br") == "gzip"
    assert await encoding_of("/openapi.json", "identity") is None
    assert await encoding_of("/api/users", "gzip, br") is None
