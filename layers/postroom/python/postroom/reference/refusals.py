"""The answers that refuse: one for each status of the tree of errors, as problem documents."""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

from postroom.errors import Invalid, PostroomError
from postroom.web.problem import CONTENT_TYPE
from postroom.web.routes import Route

_REQUEST_ID = "JKJaXmPLvHcESHA="
_ELSEWHERE = {HTTPStatus.METHOD_NOT_ALLOWED}
"""What no operation of this document can answer, since it has its method."""

_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": {"const": "Bearer"}, "description": "How to say who asks."}},
    429: {
        "RateLimit": {"$ref": "#/components/headers/RateLimit"},
        "RateLimit-Policy": {"$ref": "#/components/headers/RateLimitPolicy"},
    },
}
_RETRY_AFTER = {"schema": {"type": "string"}, "description": "Seconds after which the same request may do."}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457). `errors` names every field that is wrong, all at once.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "For programs: it stays what it is when words change."},
        "request_id": {"type": "string", "description": "To be named when you ask for help."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string", "description": "Its dotted path in the body, or its name."},
                    "message": {"type": "string"},
                },
            },
        },
    },
}


def refused_by_status() -> dict[int, list[type[PostroomError]]]:
    """The errors that an operation can answer, the plainest of each status first."""
    found: dict[int, list[type[PostroomError]]] = {}
    for error in _tree(PostroomError):
        if error.status not in _ELSEWHERE:
            found.setdefault(error.status, []).append(error)
    return dict(sorted(found.items()))


def refusal_responses() -> dict[str, Any]:
    """``components/responses``, each by the name of its plainest error."""
    return {_name(errors[0]): _response(status, errors) for status, errors in refused_by_status().items()}


def refusals_of(route: Route, *, has_body: bool, names: Iterable[str]) -> dict[str, Any]:
    """The ``responses`` of an operation that refuse. ``names`` are those of its parameters and of its body's fields."""
    known = refused_by_status()
    return {
        str(status): {"$ref": f"#/components/responses/{_name(known[status][0])}"}
        for status in sorted(_statuses(route, has_body=has_body, names=names))
        if status in known
    }


def _statuses(route: Route, *, has_body: bool, names: Iterable[str]) -> Iterator[int]:
    yield from (422, 429, 500)  # who sends a key is counted where none is needed, too
    if route.is_public:
        return
    yield from (401, 403, 503)
    if has_body:
        yield from (400, 413, 415)
    # What is one's own is not there when the user of the key is not.
    is_of_one = "{" in route.path or route.path.endswith("/mine")
    if is_of_one or any(name.endswith(("_id", "_ids")) for name in names):
        yield 404
    if route.method != "GET":
        yield 409


def _tree(error: type[PostroomError]) -> Iterator[type[PostroomError]]:
    yield error
    for narrower in error.__subclasses__():
        yield from _tree(narrower)


def _name(error: type[PostroomError]) -> str:
    return "Fault" if error is PostroomError else error.__name__


def _response(status: int, errors: list[type[PostroomError]]) -> dict[str, Any]:
    headers = _HEADERS.get(status, {}) | ({"Retry-After": _RETRY_AFTER} if any(e.retryable for e in errors) else {})
    return {
        "description": f"{errors[0].title}.",
        **({"headers": headers} if headers else {}),
        "content": {
            CONTENT_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {error.code: {"summary": error.title, "value": _example(error)} for error in errors},
            }
        },
    }


def _example(error: type[PostroomError]) -> dict[str, Any]:
    document: dict[str, Any] = {
        "type": f"urn:postroom:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.title,
        "code": error.code,
        "request_id": _REQUEST_ID,
    }
    if error is Invalid:
        document["errors"] = [{"field": "to.0", "message": "An email address must have an @-sign."}]
    return document
