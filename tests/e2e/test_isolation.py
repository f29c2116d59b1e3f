"""One tenant's ids are nothing to another: tried at every place of the API document that takes one."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx
import pytest

from postroom.reference.ids import example_id
from tests.e2e.conftest import LiveStack
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

APP = "https://app.example.com"
TEMPLATE = {"name": "of-the-owner", "subject": "Hello", "text": "Hello {{ name }}"}


@dataclass(frozen=True, slots=True)
class Tenant:
    """One with something of every kind, by which it is found: ``things`` has ids by kind."""

    caller: httpx.Client
    things: dict[str, str]

    def state(self) -> dict[str, Any]:
        """All that it has, as it sees it."""
        paths = [
            f"/v1/accounts/{self.things['account']}",
            f"/v1/accounts/{self.things['account']}/events",
            f"/v1/messages/{self.things['message']}",
            f"/v1/pools/{self.things['pool']}",
            f"/v1/templates/{self.things['template']}",
            f"/v1/templates/{self.things['template']}/versions",
            f"/v1/users/{self.things['user']}",
            f"/v1/users/imports/{self.things['import']}",
            f"/v1/keys/{self.things['key']}",
            *("/v1/accounts", "/v1/messages", "/v1/pools", "/v1/templates", "/v1/users", "/v1/keys"),
            *("/v1/branding", "/v1/settings", "/v1/settings/mails"),
        ]
        return {path: self.caller.get(path).raise_for_status().json() for path in paths}


class Makers:
    """Makes a tenant with something of every kind."""

    def __init__(self, stack: LiveStack, name: str) -> None:
        self._stack, self._name = stack, name
        self._key = stack.new_tenant(name)
        self._caller = stack.caller(self._key)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._caller.close()

    def tenant(self) -> Tenant:
        self._made("PUT", "/v1/settings/mails", {"origins": [APP]})
        things: dict[str, str] = {}
        for kind, make in self._makers().items():
            things[kind] = make(things)
        return Tenant(self._caller, things)

    def _makers(self) -> dict[str, Any]:
        return {
            "account": lambda _: self._stack.new_account(self._key, f"{self._name}@example.com")["id"],
            "pool": lambda made: self._id("/v1/pools", {"name": self._name, "account_ids": [made["account"]]}),
            "user": lambda _: self._user(),
            "template": lambda _: self._template(),
            "template_name": lambda _: TEMPLATE["name"],
            "import": lambda _: self._id("/v1/users/imports", {"format": "csv"}),
            "key": lambda _: self._id("/v1/keys", {"name": "another", "role": "viewer"}),
            "token": lambda _: self._token(),
            "message": lambda made: self._message(made["account"]),
        }

    def _user(self) -> str:
        user_id = f"user-of-{self._name}"
        user = {"email": f"user@{self._name}.example.com", "name": "Ann", "user_type": "customer"}
        self._made("PUT", f"/v1/users/{user_id}", user)
        return user_id

    def _template(self) -> str:
        template_id = self._id("/v1/templates", TEMPLATE)
        self._made("POST", f"/v1/templates/{template_id}/publish", {})
        return template_id

    def _message(self, account_id: str) -> str:
        mail = {"to": f"user@{self._name}.example.com", "subject": "Hello", "text": "Hello", "account_id": account_id}
        return self._id("/v1/messages", mail | {"send_at": _in_two_days()})

    def _token(self) -> str:
        """Of a verification mail that was sent."""
        address = f"user@{self._name}.example.com"
        self._made("POST", "/v1/emails/verification", {"user_id": f"user-of-{self._name}", "base_url": APP})
        [mail] = self._stack.mailbox.wait_for(lambda caught: address in caught.rcpt_tos)
        text = "".join(part.get_content() for part in mail.message.walk() if part.get_content_maintype() == "text")
        return str(re.findall(r"\?token=([A-Za-z0-9_-]+)", text)[0])

    def _id(self, path: str, body: dict[str, Any]) -> str:
        return str(self._made("POST", path, body)["id"])

    def _made(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._caller.request(method, path, json=body)
        assert answer.is_success, (path, answer.text)
        made: dict[str, Any] = answer.json()
        return made


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
        path = attempt(document, place, owner.things[kind], _with(owner)).path
        nobodys = attempt(document, place, NOBODYS[kind], _with(owner)).path
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
                sent = attempt(document, place, thing, _with(stranger)).sent_by(caller)
                answers.append(told(sent, thing))
                _clear(stranger, kind, thing)
            if answers[0] != answers[1]:
                found.append((str(place), answers))
    return found


def _who_may(stack: LiveStack, document: Document, place: Place, stranger: Tenant) -> httpx.Client:
    [role] = document["paths"][place.path][place.method.lower()]["security"][0]["key"]
    key = stack.platform_key if role == "platform" else stranger.caller.headers["Authorization"].split()[1]
    return stack.caller(key)


def _clear(stranger: Tenant, kind: str, thing: str) -> None:
    """A user's id is the tenant's own: whoever puts a user with another's id has made one."""
    if kind == "user":
        stranger.caller.delete(f"/v1/users/{thing}")


def _with(tenant: Tenant) -> Callable[[Any], Any]:
    """Puts a tenant's own ids in the place of those of the examples."""
    prefixes = {"account": "acc", "pool": "pool", "message": "msg", "template": "tpl", "import": "imp", "key": "key"}

    def own(value: Any) -> Any:  # noqa: ANN401 - JSON
        text = json.dumps(value)
        for kind, prefix in prefixes.items():
            text = text.replace(example_id(prefix), tenant.things[kind])
        return json.loads(text)

    return own


def _last(mail: dict[str, str]) -> str:
    return list(mail.values())[-1]


def _in_two_days() -> str:
    return (datetime.now(UTC) + timedelta(days=2)).isoformat()
