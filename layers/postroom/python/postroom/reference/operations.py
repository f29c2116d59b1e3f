"""Each operation of the API document."""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from postroom.reference.ids import example_of, schema_of
from postroom.reference.refusals import refusals_of
from postroom.reference.schemas import clean
from postroom.reference.sections import section_of
from postroom.tenancy.model import RIGHTS, Role
from postroom.web.examples import Examples
from postroom.web.routes import JSON, Route

_REF = "#/components/schemas/"
_PAGE = "Page"
_NOT_MODIFIED = "304"
_SAID = {200: "Done.", 201: "Made.", 202: "Accepted: it will be done.", 204: "Done; there is nothing to say."}

_HEADERS = {
    "ETag": "ETag",
    "RateLimit": "RateLimit",
    "RateLimit-Policy": "RateLimitPolicy",
    "Idempotent-Replayed": "IdempotentReplayed",
    "Postroom-Notice": "PostroomNotice",
}
"""By which name of the document each is told of."""

_AS_YOU_HAVE_IT = {"description": "As you have it.", "headers": {"ETag": {"$ref": "#/components/headers/ETag"}}}

Operation = dict[str, Any]


class Operations:
    """``made`` is powertools' own document."""

    def __init__(self, made: Mapping[str, Any], examples: Examples) -> None:
        self._made: Mapping[str, Mapping[str, Operation]] = made["paths"]
        self._schemas: Mapping[str, Mapping[str, Any]] = made["components"]["schemas"]
        self._examples = {kind.__name__: shown for kind, shown in examples.items()}

    def of(self, routes: Iterable[Route]) -> dict[str, dict[str, Operation]]:
        paths: dict[str, dict[str, Operation]] = {}
        for route in sorted(routes, key=lambda route: route.path):
            paths.setdefault(route.path, {})[route.method.lower()] = self._operation(route)
        return paths

    def _operation(self, route: Route) -> Operation:
        made = self._made[route.path][route.method.lower()]
        operation: Operation = {
            "operationId": route.name,
            "summary": route.summary,
            "description": _description(route),
            "tags": [section_of(route.path)],
            "security": [{"key": [role.value]} for role in route.roles],
        }
        if parameters := _parameters(route, made):
            operation["parameters"] = parameters
        if "requestBody" in made:
            operation["requestBody"] = self._body(made["requestBody"])
        refusals = refusals_of(route, has_body="requestBody" in made, names=self._names(made, operation))
        operation["responses"] = self._successes(route, made) | refusals
        return operation

    def _names(self, made: Operation, operation: Operation) -> list[str]:
        kind = operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema", {}).get("$ref", "")
        fields = self._schemas.get(kind.removeprefix(_REF), {}).get("properties", {})
        return [*(parameter["name"] for parameter in made.get("parameters", ())), *fields]

    def _body(self, made: dict[str, Any]) -> dict[str, Any]:
        schema = made["content"][JSON]["schema"]
        kinds = [kind for kind in schema.get("anyOf", [schema]) if "$ref" in kind]
        return {"required": bool(made.get("required")), "content": {JSON: self._shown(kinds[0])}}

    def _successes(self, route: Route, made: Operation) -> dict[str, Any]:
        schema = made["responses"][str(route.status)]["content"][JSON]["schema"]
        successes = {str(status): self._success(route, status, schema) for status in (route.status, *route.also)}
        return successes | ({_NOT_MODIFIED: _AS_YOU_HAVE_IT} if route.is_public else {})

    def _success(self, route: Route, status: int, schema: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = {"description": _SAID[status]}
        if headers := list(_headers_of(route)):
            answer["headers"] = {name: {"$ref": f"#/components/headers/{_HEADERS[name]}"} for name in headers}
        if route.is_public:
            kind = "object" if route.media_type == JSON else "string"
            answer["content"] = {route.media_type: {"schema": {"type": kind}}}
        elif "$ref" in schema or "anyOf" in schema:
            answer["content"] = {JSON: self._shown(schema)}
        return answer

    def _shown(self, schema: dict[str, Any]) -> dict[str, Any]:
        kinds = [kind["$ref"].removeprefix(_REF) for kind in schema.get("anyOf", [schema])]
        shown = dict(ChainMap(*(dict(self._examples_of(kind)) for kind in kinds)))
        examples = {_key(words): {"summary": words, "value": value} for words, value in shown.items()}
        return {"schema": clean(schema), **({"examples": examples} if examples else {})}

    def _examples_of(self, name: str) -> Mapping[str, Any]:
        if name in self._examples or not name.endswith(_PAGE):
            return self._examples.get(name, {})
        items = list(self._examples.get(name.removesuffix(_PAGE), {}).values())
        return {"A page": {"items": items, "next_cursor": None}} if items else {}


def _description(route: Route) -> str:
    told = " ".join((route.handler.__doc__ or "").strip().partition("\n")[2].split())
    if route.is_public:
        return f"{told} Needs no key.".strip()
    roles = ", ".join(f"`{role}`" for role in Role if RIGHTS[role].intersection(route.roles))
    bound = " A key that is bound to a user may use it, for that user alone." if route.bound else ""
    return f"{told} For keys with the role {roles}.{bound}".strip()


def _parameters(route: Route, made: Operation) -> list[dict[str, Any]]:
    parameters = [_parameter(given) for given in made.get("parameters", ())]
    return parameters + ([{"$ref": "#/components/parameters/IdempotencyKey"}] if route.idempotent else [])


def _parameter(given: dict[str, Any]) -> dict[str, Any]:
    if given["in"] == "path":
        return given | {"schema": schema_of(given["name"]), "example": example_of(given["name"])}
    schema = clean(given["schema"])
    schema.pop("description", None)
    return {**given, "schema": _without_null(schema)}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """What is left out of a query is not there; null cannot be written in one."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    if len(kinds) != 1:
        return schema
    return {**kinds[0], **{key: value for key, value in schema.items() if key != "anyOf"}}


def _headers_of(route: Route) -> Iterator[str]:
    if route.is_public:
        yield "ETag"
        return
    yield from ("RateLimit", "RateLimit-Policy")
    if route.idempotent:
        yield "Idempotent-Replayed"
    if route.shown_once:
        yield "Postroom-Notice"


def _key(words: str) -> str:
    return "_".join("".join(letter if letter.isalnum() else " " for letter in words.lower()).split())
