"""What a tenant can try on another one's things: every id that an operation of the API document names, in turn.

Of each try the answer for the other's id is compared to that for an id that nobody has.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

KINDS: Mapping[str, tuple[str, ...]] = {
    "account_id": ("account",),
    "account_ids": ("account",),
    "account": ("account",),
    "pool_id": ("pool",),
    "pool": ("pool",),
    "message_id": ("message",),
    "template_id": ("template",),
    "template": ("template_name", "template"),
    "import_id": ("import",),
    "key_id": ("key",),
    "user_id": ("user",),
    "user_ids": ("user",),
    "job_id": ("job",),
    "event_id": ("event",),
    "inviter": ("user",),
    "token": ("token",),
    "user": ("user",),
    "event_type": ("event_type",),
    "preference_id": ("preference",),
    "target": ("target",),
}
"""Of what a parameter or field of this name has the id: a template goes by its name, too."""

NOBODYS = {
    "account": "acc_" + "0" * 26,
    "pool": "pool_" + "0" * 26,
    "message": "msg_" + "0" * 26,
    "template": "tpl_" + "0" * 26,
    "template_name": "nobodys",
    "import": "imp_" + "0" * 26,
    "job": "job_" + "0" * 26,
    "event": "evt_" + "0" * 26,
    "key": "key_" + "0" * 26,
    "user": "nobody",
    "token": "n" * 43,
    "event_type": "event_of_nobody",
    "preference": "nobody~job_failed",
    "target": "account/acc_" + "0" * 26,
}

EXCUSED = {
    "tenant_id": "the platform may read every tenant",
    "id": "of a body: only the one in the path",
    "name": "of a path: built-in templates are everybody's",
    "version": "of a template, which is looked for first",
    "file": "of the page",
}
"""Names that could name a thing of a tenant, and why they do not."""

_LIKE_AN_ID = re.compile(r"(^|_)ids?$")

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an operation takes an id: in ``path``, ``query`` or ``body``, by what name."""

    method: str
    path: str
    where: str
    name: str

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.where} {self.name}"


@dataclass(frozen=True, slots=True)
class Try:
    """``body`` is an example of the document, with the id in it where the place is there."""

    place: Place
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None

    def sent_by(self, caller: httpx.Client) -> httpx.Response:
        return caller.request(self.place.method, self.path, params=self.query, json=self.body)


def places(document: Document) -> Iterator[Place]:
    """Every place that takes an id, those as well of which nobody has told what they are."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", ()):
                if "name" in parameter and (parameter["in"] == "path" or _names_something(parameter["name"])):
                    yield Place(method.upper(), path, parameter["in"], parameter["name"])
            for name in _fields(document, operation):
                if _names_something(name):
                    yield Place(method.upper(), path, "body", name)


def unknown_kinds(document: Document) -> list[str]:
    return [str(place) for place in places(document) if place.name not in KINDS | EXCUSED.keys()]


def tried(document: Document) -> list[Place]:
    return [place for place in places(document) if place.name in KINDS and place.name not in EXCUSED]


def attempt(document: Document, place: Place, thing: str, own: Callable[[Any], Any]) -> Try:
    """``thing`` is the id to try; ``own`` puts the caller's own ids into an example."""
    operation = document["paths"][place.path][place.method.lower()]
    path = place.path
    if place.where == "path":
        path = path.replace(f"{{{place.name}}}", thing)
    for parameter in operation.get("parameters", ()):
        if parameter.get("in") == "path":
            path = path.replace(f"{{{parameter['name']}}}", own(parameter["example"]))
    body = own(example(operation))
    query = {place.name: thing} if place.where == "query" else {}
    if place.where == "body":
        body = {**(body or {}), place.name: [thing] if place.name.endswith("_ids") else thing}
    return Try(place, path, query, body)


def example(operation: Document) -> Any:  # noqa: ANN401 - JSON
    if "requestBody" not in operation:
        return None
    [first, *_] = operation["requestBody"]["content"]["application/json"]["examples"].values()
    return first["value"]


def told(answer: httpx.Response, thing: str) -> tuple[int, Any, dict[str, str]]:
    """What an answer says, but for what differs from request to request, and for the id that was asked with."""
    headers = {name: value for name, value in answer.headers.items() if name not in _OF_EACH_REQUEST}
    said = json.dumps(answer.json() if answer.content else None).replace(thing, "<the id>")
    said = said.replace(thing.partition("~")[0], "<the id>")
    content = json.loads(said)
    if isinstance(content, dict):
        content = {name: value for name, value in content.items() if name not in _OF_EACH_ANSWER}
    return answer.status_code, content, headers


_OF_EACH_REQUEST = {"date", "apigw-requestid", "content-length", "x-amzn-requestid", "ratelimit", "connection"}
_OF_EACH_ANSWER = {"request_id", "id", "key", "created_at", "updated_at", "revision"}


def _names_something(name: str) -> bool:
    return name in KINDS or (_LIKE_AN_ID.search(name) is not None and name not in EXCUSED)


def _fields(document: Document, operation: Document) -> Iterator[str]:
    reference = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    yield from _properties(document, reference)


def _properties(document: Document, schema: Document) -> Iterator[str]:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    yield from document["components"]["schemas"].get(name, {}).get("properties", {})
