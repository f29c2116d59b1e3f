"""One tenant's ids are nothing to another: tried at every place of the API document that takes one."""

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.conftest import LiveStack
from tests.e2e.tenants import Makers, Tenant, with_ids_of
from tests.experiments.strangers import (
    EXCUSED,
    KINDS,
    NOBODYS,
    Document,
    Place,
    attempt,
    places,
    told,
    tried,
    unknown_kinds,
)


@pytest.fixture(scope="module")
def document(stack: LiveStack) -> Document:
    with stack.caller(None) as nobody:
        found: Document = nobody.get("/v1/openapi.json").raise_for_status().json()
    return found


@pytest.fixture(scope="module")
def owner(stack: LiveStack) -> Iterator[Tenant]:
    with Makers(stack, "owner") as makers:
        yield makers.tenant()


@pytest.fixture(scope="module")
def stranger(stack: LiveStack) -> Iterator[Tenant]:
    with Makers(stack, "stranger") as makers:
        yield makers.tenant()


def test_every_place_that_takes_an_id_is_known_with_a_thing_to_try_there(document: Document, owner: Tenant) -> None:
    assert unknown_kinds(document) == [], "Say in KINDS of what it is the id, or in EXCUSED why it is none"
    assert {kind for kinds in KINDS.values() for kind in kinds} == set(owner.things) == set(NOBODYS), (
        "Each kind needs a maker"
    )


def test_what_is_excused_or_known_by_name_is_still_there(document: Document) -> None:
    names = {place.name for place in places(document)}

    assert set(KINDS) <= names
    assert set(EXCUSED) - names <= {"id", "file"}


def test_reading_writing_and_deleting_are_all_tried(document: Document) -> None:
    methods = {(place.method, place.where) for place in tried(document)}

    assert {("GET", "path"), ("PUT", "path"), ("POST", "path"), ("DELETE", "path"), ("GET", "query")} <= methods
    assert {("POST", "body"), ("PUT", "body")} <= methods
    assert len(tried(document)) >= 60


def test_anothers_id_is_answered_as_one_that_nobody_has_and_nothing_comes_of_it(
    stack: LiveStack, document: Document, owner: Tenant, stranger: Tenant
) -> None:
    before = owner.state()

    differing = [each for place in tried(document) for each in _differing(stack, document, place, owner, stranger)]

    assert differing == []
    assert owner.state() == before
    redeemed = owner.caller.post(
        "/v1/tokens/verify", json={"token": owner.things["token"], "purpose": "email_verification"}
    )
    assert redeemed.status_code == 200


def test_the_owner_is_answered_otherwise(document: Document, owner: Tenant) -> None:
    # The control: where this were not so, the same answers would show nothing.
    for place in tried(document):
        if place.where != "path" or place.method != "GET" or "/platform/" in place.path:
            continue
        [kind, *_] = KINDS[place.name]
        path = attempt(document, place, owner.things[kind], with_ids_of(owner)).path
        nobodys = attempt(document, place, NOBODYS[kind], with_ids_of(owner)).path
        assert owner.caller.get(path).status_code == 200, path
        assert owner.caller.get(nobodys).status_code == 404, nobodys


def test_of_a_batch_each_message_is_held_to_it(owner: Tenant, stranger: Tenant) -> None:
    mail = {"to": "ann@example.com", "subject": "Hello", "text": "Hello"}
    named = [
        mail | {field: things[kind]}
        for things in (owner.things, NOBODYS)
        for field, kind in (("account_id", "account"), ("pool_id", "pool"))
    ]

    items = stranger.caller.post("/v1/messages/batch", json={"messages": named}).json()["items"]

    told_of = [
        json.dumps(item).replace(thing, "") for item, mail in zip(items, named, strict=True) for thing in [_last(mail)]
    ]
    assert all("error" in item for item in items)
    assert told_of[:2] == told_of[2:]


def _differing(
    stack: LiveStack, document: Document, place: Place, owner: Tenant, stranger: Tenant
) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    with _who_may(stack, document, place, stranger) as caller:
        for kind in KINDS[place.name]:
            answers = []
            for thing in (owner.things[kind], NOBODYS[kind]):
                sent = attempt(document, place, thing, with_ids_of(stranger)).sent_by(caller)
                answers.append(told(sent, thing))
                _clear(stranger, kind, thing)
            if answers[0] != answers[1]:
                found.append((str(place), answers))
    return found


def _who_may(stack: LiveStack, document: Document, place: Place, stranger: Tenant) -> httpx.Client:
    security = document["paths"][place.path][place.method.lower()]["security"]
    of_the_platform = security == [{"key": ["platform"]}]
    key = stack.platform_key if of_the_platform else stranger.caller.headers["Authorization"].split()[1]
    return stack.caller(key)


def _clear(stranger: Tenant, kind: str, thing: str) -> None:
    """Ids of users and names of event types are the tenant's own: whoever puts one of another's has made one."""
    if kind == "user":
        stranger.caller.delete(f"/v1/users/{thing}")
    if kind == "event_type":
        stranger.caller.delete(f"/v1/event-types/{thing}")


def _last(mail: dict[str, str]) -> str:
    return list(mail.values())[-1]
