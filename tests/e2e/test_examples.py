"""The examples of the API document work: each request is sent, and each answer is what its schema says."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from postroom.web.examples import example_id
from tests.e2e.conftest import LiveStack
from tests.e2e.tenants import Makers, Tenant, with_ids_of
from tests.experiments.strangers import Document

REFUSED = {"verify_token": 422}
"""What no example can do, and how it is answered: a token comes from a mail."""

FIRST = ("put_user", "change_mail_settings")
"""What others stand on."""


@pytest.fixture(scope="module")
def tenant(stack: LiveStack) -> Iterator[Tenant]:
    with Makers(stack, "reader") as makers:
        yield makers.tenant()


@pytest.fixture(scope="module")
def document(tenant: Tenant) -> Document:
    found: Document = tenant.caller.get("/v1/openapi.json").raise_for_status().json()
    return found


def test_every_example_of_a_request_can_be_sent_and_is_answered_as_its_schema_says(
    stack: LiveStack, document: Document, tenant: Tenant
) -> None:
    wrong = [
        (name, words, status, said)
        for name, path, operation in _operations(document)
        for words, example in _examples(operation)
        for status, said in [_sent(stack, document, tenant, path, operation, example)]
        if said or status != REFUSED.get(name, status)
    ]

    assert wrong == []


def test_what_cannot_be_sent_is_excused_by_name(document: Document) -> None:
    assert set(REFUSED) <= {name for name, _, operation in _operations(document) if list(_examples(operation))}


def _operations(document: Document) -> list[tuple[str, tuple[str, str], dict[str, Any]]]:
    """With those first on which others stand, and those last that take away what others need."""
    found = [
        (str(operation["operationId"]), (method.upper(), path), operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return sorted(found, key=lambda each: (each[0] not in FIRST, each[0]))


def _examples(operation: Document) -> Iterator[tuple[str, Any]]:
    media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    for example in media.get("examples", {}).values():
        yield example["summary"], example["value"]


def _sent(  # noqa: PLR0917 - what is sent, by whom, and what it is held to
    stack: LiveStack,
    document: Document,
    tenant: Tenant,
    place: tuple[str, str],
    operation: Document,
    example: object,
) -> tuple[int, list[str]]:
    """The status, and what is wrong with the answer."""
    own, (method, path) = with_ids_of(tenant), place
    for parameter in operation.get("parameters", ()):
        if parameter.get("in") == "path":
            path = path.replace(f"{{{parameter['name']}}}", own(parameter["example"]))
    key = tenant.caller.headers["Authorization"].split()[1]
    if operation["security"] == [{"key": ["platform"]}]:
        key = stack.platform_key
        path = path.replace(example_id("ten"), tenant.caller.get("/v1/me").json()["tenant_id"])
    with stack.caller(key) as caller:
        answer = caller.request(method, path, json=own(example))
    described = operation["responses"].get(str(answer.status_code), {}).get("content", {})
    schema = described.get("application/json", {}).get("schema")
    faults = _judge(document, schema).iter_errors(answer.json()) if schema else ()
    if answer.is_error and operation["operationId"] not in REFUSED:
        return answer.status_code, [answer.text]
    return answer.status_code, [fault.message for fault in faults]


def _judge(document: Document, schema: Document) -> Draft202012Validator:
    whole = {**schema, "$defs": document["components"]["schemas"]}
    return Draft202012Validator(json.loads(json.dumps(whole).replace("#/components/schemas/", "#/$defs/")))
