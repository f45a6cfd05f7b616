"""Every error answer has one shape, ``{"error": sentence}``, and none repeats what was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from mathematricks.runtime.faults import explain, locate

_PLACES = frozenset({"body", "query", "path", "header", "cookie"})
_MOST_FAULTS = 20
_SENTENCES = {
    "There was an error parsing the body": "The body cannot be read; send valid JSON in UTF-8",
}


class Refusal(Exception):
    """A request refused with a status and a sentence that says what to do; becomes ``{"error": …}``."""

    def __init__(self, status: int, error: str, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error, **more}
        self.headers = dict(headers or {})


def answer(status: int, error: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the error answer of *status* that says *error*."""
    return JSONResponse({"error": error}, status_code=status, headers=headers)


def add_error_shapes(app: FastAPI) -> None:
    """Give every refusal of *app*, its own and the framework's, the one shape."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(UnicodeEncodeError, _not_text)
    app.add_exception_handler(OverflowError, _too_large)


async def _refused(_: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    return JSONResponse(refusal.body, status_code=refusal.status, headers=refusal.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    known = _vocabulary(request.app)
    faults = [f"{locate(fault, known)}: {explain(fault)}" for fault in error.errors()[:_MOST_FAULTS]]
    return answer(422, "Invalid request: " + "; ".join(faults))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return _other_methods(request)
    detail = str(error.detail)
    return answer(error.status_code, _SENTENCES.get(detail, detail), error.headers)


async def _not_text(_: Request, __: Exception) -> Response:
    return answer(422, "Invalid request: text must be valid Unicode, without lone surrogates")


async def _too_large(_: Request, __: Exception) -> Response:
    return answer(422, "Invalid request: a number is too large")


def _other_methods(request: Request) -> Response:
    allowed = ", ".join(sorted(_methods_at(request)))
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": allowed})
    return answer(405, f"This address takes {allowed}", {"Allow": allowed})


def _methods_at(request: Request) -> set[str]:
    methods: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        if route.methods and route.path and compile_path(route.path)[0].match(request.url.path):
            methods |= set(route.methods)
    return methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())


def _vocabulary(app: FastAPI) -> frozenset[str]:
    """Return every name that the app's own interface uses."""
    known: frozenset[str] | None = getattr(app.state, "vocabulary", None)
    if known is None:
        known = app.state.vocabulary = _PLACES | frozenset(_names(app.openapi()))
    return known


def _names(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for each in schema:
            yield from _names(each)
    elif isinstance(schema, dict):
        yield from schema.get("properties", {})
        words = [schema.get("name"), schema.get("const"), *schema.get("enum", ())]
        yield from (word for word in words if isinstance(word, str))
        for each in schema.values():
            yield from _names(each)
