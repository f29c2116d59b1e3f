"""The API document is that of the routes, whole and right: a new route is held to this by itself."""

import json
import os
import re
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel

from postroom.bootstrap.api import build_api
from postroom.bootstrap.reference import all_examples
from postroom.ids import is_id
from postroom.reference.ids import PREFIXES, example_of, schema_of
from postroom.settings import read_settings
from postroom.tenancy.model import RIGHTS, Role
from postroom.web.api import Api
from postroom.web.body import RequestBody
from tests.fakes.http import Answer, request, send
from tests.fakes.settings import UNUSED
from tests.fakes.tables import ENVIRONMENT

PATH = "/v1/openapi.json"

Document = dict[str, Any]
Operations = dict[tuple[str, str], Document]


@pytest.fixture(scope="module")
def api() -> Api:
    with patch.dict(os.environ, ENVIRONMENT):
        return build_api(read_settings(UNUSED))


@pytest.fixture(scope="module")
def answer(api: Api) -> Answer:
    return send(api, request("GET", PATH))


@pytest.fixture(scope="module")
def document(answer: Answer) -> Document:
    made: Document = answer.json
    return made


@pytest.fixture(scope="module")
def operations(document: Document) -> Operations:
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_it_is_a_valid_document_of_openapi_3_1(document: Document) -> None:
    assert document["openapi"].startswith("3.1.")
    assert not list(OpenAPIV31SpecValidator(document).iter_errors())


def test_it_describes_exactly_the_routes(api: Api, operations: Operations) -> None:
    routes = {(route.method, route.path) for route in api.routes if route.media_type is not None}

    assert set(operations) == routes


def test_what_is_left_out_are_the_parts_of_the_page(api: Api) -> None:
    assert [route.path for route in api.routes if route.media_type is None] == ["/v1/docs/{file}"]


def test_every_operation_is_named_and_told_of(operations: Operations) -> None:
    names = [operation["operationId"] for operation in operations.values()]

    assert len(set(names)) == len(names)
    for place, operation in operations.items():
        assert operation["operationId"].isidentifier(), place
        assert operation["summary"].endswith("."), place
        assert operation["description"].endswith("."), place


def test_every_operation_is_in_one_chapter_that_is_told_of(document: Document, operations: Operations) -> None:
    chapters = [tag["name"] for tag in document["tags"]]

    assert len(set(chapters)) == len(chapters)
    assert all(tag["description"] for tag in document["tags"])
    for place, operation in operations.items():
        assert len(operation["tags"]) == 1, place
        assert operation["tags"][0] in chapters, place


def test_every_operation_says_whose_keys_may_use_it(api: Api, operations: Operations) -> None:
    for route in api.routes:
        if route.media_type is None:
            continue
        operation = operations[route.method, route.path]
        assert operation["security"] == [{"key": [role]} for role in route.roles], route
        named = {role for role in Role if f"`{role}`" in operation["description"]}
        assert named == {role for role in Role if RIGHTS[role] & set(route.roles)}, route


def test_every_operation_says_how_it_is_refused(document: Document, operations: Operations) -> None:
    for place, operation in operations.items():
        refusals = {int(status) for status in operation["responses"] if status >= "400"}
        assert {422, 429, 500} <= refusals, place
        assert ({401, 403, 503} <= refusals) == bool(operation["security"]), place
        assert ({400, 413, 415} <= refusals) == ("requestBody" in operation), place
        assert (404 in refusals) or not ("{" in place[1] or place[1].endswith("/mine")), place
    for refusal in document["components"]["responses"].values():
        assert list(refusal["content"]) == ["application/problem+json"]
        assert refusal["content"]["application/problem+json"]["examples"]


def test_what_can_be_repeated_says_so(api: Api, operations: Operations) -> None:
    for route in api.routes:
        parameters = operations.get((route.method, route.path), {}).get("parameters", [])
        assert ({"$ref": "#/components/parameters/IdempotencyKey"} in parameters) == route.idempotent, route


def test_an_answer_tells_of_the_headers_that_it_has(api: Api, operations: Operations) -> None:
    for route in api.routes:
        if route.media_type is None:
            continue
        headers = set(operations[route.method, route.path]["responses"][str(route.status)]["headers"])
        assert ("ETag" in headers) == route.is_public, route
        assert ({"RateLimit", "RateLimit-Policy"} <= headers) == (not route.is_public), route
        assert ("Idempotent-Replayed" in headers) == route.idempotent, route
        assert ("Postroom-Notice" in headers) == bool(route.shown_once), route


def test_every_header_that_an_answer_has_is_told_of(document: Document) -> None:
    used = set(re.findall(r"#/components/headers/(\w+)", json.dumps(document)))

    assert used == set(document["components"]["headers"])


def test_requests_are_closed_and_answers_may_grow(document: Document, operations: Operations) -> None:
    asked = {_name(operation["requestBody"]) for operation in operations.values() if "requestBody" in operation}

    for name, schema in document["components"]["schemas"].items():
        if name in asked:
            kinds = [_schema(document, kind["$ref"]) for kind in schema.get("anyOf", ()) if "$ref" in kind]
            assert all(kind["additionalProperties"] is False for kind in kinds or [schema]), name
        elif name.endswith(("Answer", "Page")):
            assert schema.get("additionalProperties", True) is True, name


def test_no_name_comes_from_the_tools_that_made_it(document: Document) -> None:
    names = set(document["components"]["schemas"])

    assert not {name for name in names if "__" in name or name.endswith("_")}
    assert not names & {"HTTPValidationError", "ValidationError", "ResponseValidationError"}


def test_it_tells_where_this_installation_answers() -> None:
    with patch.dict(os.environ, ENVIRONMENT):
        api = build_api(read_settings(UNUSED | {"PUBLIC_URL": "https://mail.example.com"}))

    assert send(api, request("GET", PATH)).json["servers"][0]["url"] == "https://mail.example.com"


def test_who_has_it_is_told_so_and_nothing_more(api: Api, answer: Answer) -> None:
    again = send(api, request("GET", PATH, headers={"if-none-match": f'"other", W/{answer.headers["ETag"]}'}))
    other = send(api, request("GET", PATH, headers={"if-none-match": '"other"'}))

    assert (again.status, again.text, again.headers["ETag"]) == (304, "", answer.headers["ETag"])
    assert other == answer
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_every_request_and_every_answer_has_an_example(operations: Operations) -> None:
    missing = {
        place: media["schema"]["$ref"].rpartition("/")[2]
        for place, media in _media(operations)
        if "$ref" in media["schema"] and not media.get("examples")
    }

    assert missing == {}, "Put one beside its body, into examples.py of the feature"


def test_every_example_is_what_its_schema_says(document: Document, operations: Operations) -> None:
    for place, media in _media(operations):
        for example in media.get("examples", {}).values():
            faults = _judge(document, media["schema"]).iter_errors(example["value"])
            assert not [fault.message for fault in faults], (place, example["summary"])


def test_every_example_is_what_its_body_takes() -> None:
    for kind, examples in all_examples().items():
        for words, example in examples.items():
            given = json.dumps(example)
            assert kind.model_validate_json(given).model_fields_set == set(kind.model_fields) or _may_leave_out(kind), (
                kind,
                words,
            )


def test_no_example_is_of_a_body_that_nobody_sends_or_answers(document: Document) -> None:
    assert {kind.__name__ for kind in all_examples()} <= set(document["components"]["schemas"])


def test_an_id_is_shown_in_the_form_that_it_has() -> None:
    for parameter in PREFIXES:
        assert re.fullmatch(schema_of(parameter)["pattern"], example_of(parameter))
        assert is_id(PREFIXES[parameter], example_of(parameter))


def _media(operations: Operations) -> Iterator[tuple[object, Document]]:
    """Each request and each successful answer in JSON, with where it is."""
    for place, operation in operations.items():
        if "requestBody" in operation:
            yield (*place, "request"), operation["requestBody"]["content"]["application/json"]
        for status, answer in operation["responses"].items():
            if status < "300" and "application/json" in answer.get("content", {}):
                yield (*place, status), answer["content"]["application/json"]


def _judge(document: Document, schema: Document) -> Draft202012Validator:
    inside = json.loads(json.dumps(schema).replace("#/components/schemas/", "#/$defs/"))
    defined = json.loads(json.dumps(document["components"]["schemas"]).replace("#/components/schemas/", "#/$defs/"))
    return Draft202012Validator({**inside, "$defs": defined}, format_checker=FormatChecker())


def _may_leave_out(kind: type[BaseModel]) -> bool:
    return issubclass(kind, RequestBody)


def _schema(document: Document, reference: str) -> Document:
    found: Document = document["components"]["schemas"][reference.rpartition("/")[2]]
    return found


def _name(body: dict[str, Any]) -> str:
    return str(body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2])
