"""Users over HTTP, on a store in memory."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from postroom.audit.model import Entries
from postroom.idempotency.run_once import RunOnce
from postroom.tenancy.model import Caller, Role
from postroom.users.manage import DeleteUser, FindUsers, PutUser
from postroom.users.model import User
from postroom.users.ports import Written
from postroom.users.routes import user_routes
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.time import FakeClock
from tests.fakes.users import MemoryUsers

OPERATOR = Caller("ten_a", "key_a", Role.OPERATOR)
STRANGER = Caller("ten_b", "key_b", Role.ADMIN)
ANN = {"email": "ann@example.com"}
NEW: dict[str, Any] = {
    "id": "ann",
    "email": "ann@example.com",
    "name": "",
    "user_type": None,
    "role": "viewer",
    "locale": None,
    "timezone": "UTC",
    "attributes": {},
    "revision": 1,
    "created_at": "2030-01-31T12:00:00Z",
    "updated_at": "2030-01-31T12:00:00Z",
}


class Busy(MemoryUsers):
    """Lets somebody else change the user just before each of the next writes."""

    def __init__(self) -> None:
        super().__init__()
        self.before: list[User | None] = []

    def put(self, user: User, seen: User | None, entries: Entries = ()) -> Written:
        if self.before and (other := self.before.pop(0)):
            super().put(other, self.get(other.tenant_id, other.id))
        return super().put(user, seen, entries)


class Tenant:
    def __init__(self) -> None:
        self.store, self.clock = Busy(), FakeClock()
        routes = Routes()
        user_routes(routes, FindUsers(self.store), PutUser(self.store, self.clock), DeleteUser(self.store))
        self._api = Api(routes, RunOnce(MemoryRecords(), self.clock), self.clock)

    def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        caller: Caller = OPERATOR,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        return send(self._api, authorised(request(method, path, body, query=query), caller))

    def put(self, user_id: str = "ann", **changes: object) -> Answer:
        return self("PUT", f"/v1/users/{user_id}", changes)

    def ids(self, **query: str) -> list[str]:
        return [user["id"] for user in self("GET", "/v1/users", query=query).json["items"]]


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


def test_a_put_makes_a_user_and_says_so(tenant: Tenant) -> None:
    answer = tenant.put(**ANN)

    assert (answer.status, answer.json) == (201, NEW)
    assert tenant("GET", "/v1/users/ann").json == NEW
    assert tenant("GET", "/v1/users").json == {"items": [NEW], "next_cursor": None}


def test_what_is_left_out_of_a_put_stays_as_it_is(tenant: Tenant) -> None:
    tenant.put(**ANN, name="Ann", user_type="staff", role="operator", locale="de", attributes={"a": 1, "b": "x"})
    tenant.clock.advance(timedelta(hours=1))

    answer = tenant.put(timezone="Europe/Vienna", attributes={"b": None, "c": True})

    assert answer.status == 200
    assert answer.json == NEW | {
        "name": "Ann",
        "user_type": "staff",
        "role": "operator",
        "locale": "de",
        "timezone": "Europe/Vienna",
        "attributes": {"a": 1, "c": True},
        "revision": 2,
        "updated_at": "2030-01-31T13:00:00Z",
    }


def test_null_takes_a_type_and_a_locale_away_and_leaves_what_cannot_be_missing(tenant: Tenant) -> None:
    tenant.put(**ANN, name="Ann", user_type="staff", locale="de")

    cleared = tenant.put(user_type=None, locale=None, name=None, email=None, attributes=None).json

    assert (cleared["user_type"], cleared["locale"], cleared["name"], cleared["email"]) == (
        None,
        None,
        "Ann",
        "ann@example.com",
    )


def test_a_put_that_changes_nothing_writes_nothing(tenant: Tenant) -> None:
    first = tenant.put(**ANN, attributes={"a": 1}).json
    tenant.clock.advance(timedelta(hours=1))

    again = tenant.put(**ANN, attributes={"a": 1})

    assert (again.status, again.json) == (200, first)


@pytest.mark.parametrize("value", [1.0, True, "1"])
def test_another_kind_of_value_is_a_change(tenant: Tenant, value: object) -> None:
    tenant.put(**ANN, attributes={"a": 1})

    assert tenant.put(attributes={"a": value}).json["revision"] == 2


def test_an_answer_can_be_put_again(tenant: Tenant) -> None:
    shown = tenant.put(**ANN).json

    assert tenant.put(**shown).json == shown
    assert tenant.put(**(shown | {"name": "Ann"})).json["revision"] == 2


@pytest.mark.parametrize("other", ["other", "ANN", "", 1, True, ["ann"], {}])
def test_an_id_that_is_not_the_one_in_the_path_changes_nobody(tenant: Tenant, other: object) -> None:
    tenant.put(**ANN)

    assert set(tenant("PUT", "/v1/users/ann", {"id": other, "name": "Ann"}).fields) == {"id"}
    assert tenant("GET", "/v1/users/ann").json["name"] == ""


@pytest.mark.parametrize("revision", [0, 1, 3])
def test_with_another_revision_nothing_is_changed(tenant: Tenant, revision: int) -> None:
    tenant.put(**ANN)
    tenant.put(name="Ann")

    assert tenant.put(name="Bob", revision=revision).status == 409
    assert tenant.put("bob", email="bob@example.com", revision=1).status == 409
    assert tenant("GET", "/v1/users/ann").json["name"] == "Ann"
    assert tenant.put(name="Bob", revision=2).status == 200


def test_a_change_is_made_upon_what_somebody_else_changed_meanwhile(tenant: Tenant) -> None:
    made = tenant.put(**ANN).json
    seen = tenant.store.get("ten_a", made["id"])
    assert seen is not None
    tenant.store.before = [User(**{**_values(seen), "name": "Ann", "revision": 2})]

    answer = tenant.put(locale="de")

    assert (answer.json["name"], answer.json["locale"], answer.json["revision"]) == ("Ann", "de", 3)


def test_a_user_that_changes_all_the_time_is_a_conflict(tenant: Tenant) -> None:
    tenant.put(**ANN)
    seen = tenant.store.get("ten_a", "ann")
    assert seen is not None
    tenant.store.before = [User(**{**_values(seen), "revision": number}) for number in range(2, 20)]

    assert tenant.put(name="Ann").status == 409


def _values(user: User) -> dict[str, Any]:
    return {name: getattr(user, name) for name in User.__dataclass_fields__}


def test_an_address_that_another_user_has_is_a_field_error_that_names_nobody(tenant: Tenant) -> None:
    tenant.put("secret-id", email="Bob@example.com")
    tenant.put(**ANN)

    for answer in (tenant.put("new", email="bob@example.com"), tenant.put(email="BOB@example.com")):
        assert answer.status == 422
        assert answer.fields == {"email": "belongs to another user"}
        assert "secret-id" not in answer.text


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"email"}),
        ({"email": "ann"}, {"email"}),
        ({"email": "ann@example.com\n"}, {"email"}),
        ({**ANN, "name": "x" * 201}, {"name"}),
        ({**ANN, "name": "Ann\r\nBcc: x"}, {"name"}),
        ({**ANN, "user_type": ""}, {"user_type"}),
        ({**ANN, "user_type": "x" * 65}, {"user_type"}),
        ({**ANN, "user_type": "a#b"}, {"user_type"}),
        ({**ANN, "user_type": "staff "}, {"user_type"}),
        ({**ANN, "user_type": "staff\n"}, {"user_type"}),
        ({**ANN, "role": "platform"}, {"role"}),
        ({**ANN, "locale": "de_AT"}, {"locale"}),
        ({**ANN, "locale": "german"}, {"locale"}),
        ({**ANN, "timezone": "Mars"}, {"timezone"}),
        ({**ANN, "attributes": {"a-b": 1}}, {"attributes.a-b.[key]"}),
        ({**ANN, "attributes": {"a": [1]}}, {"attributes.a"}),
        ({**ANN, "attributes": {"a": {}, "b": "x" * 501, "c": 2**53}}, {f"attributes.{name}" for name in "abc"}),
        ({**ANN, "attributes": {"a": "\x00"}}, {"attributes.a"}),
        ({**ANN, "attributes": {f"a{number}": number for number in range(31)}}, {"attributes"}),
        ({**ANN, "attributes": {f"a{number}": "ä" * 500 for number in range(10)}}, {"attributes"}),
        ({**ANN, "import_id": "imp_1", "tenant_id": "ten_b"}, {"import_id", "tenant_id"}),
    ],
)
def test_what_is_wrong_with_a_user_is_told_by_field_and_nothing_is_stored(
    tenant: Tenant, body: dict[str, object], wrong: set[str]
) -> None:
    answer = tenant("PUT", "/v1/users/ann", body)

    assert answer.status == 422
    assert set(answer.fields) == wrong
    assert tenant.ids() == []


def test_a_number_beyond_all_numbers_is_no_attribute(tenant: Tenant) -> None:
    answer = tenant("PUT", "/v1/users/ann", '{"email": "ann@example.com", "attributes": {"a": 1e999}}')

    assert set(answer.fields) == {"attributes.a"}


def test_attributes_that_grow_by_single_changes_stay_within_their_bound(tenant: Tenant) -> None:
    tenant.put(**ANN, attributes={f"a{number}": number for number in range(30)})

    assert set(tenant.put(attributes={"one_more": 1}).fields) == {"attributes"}
    assert tenant.put(attributes={"one_more": 1, "a0": None}).status == 200


@pytest.mark.parametrize(
    ("given", "kept"), [("DE", "de"), ("de-at", "de-AT"), ("ZH-hANT-tw", "zh-Hant-TW"), ("es-419", "es-419")]
)
def test_a_locale_is_kept_in_its_usual_case(tenant: Tenant, given: str, kept: str) -> None:
    assert tenant.put(**ANN, locale=given).json["locale"] == kept


@pytest.mark.parametrize("user_id", ["a", "x" * 64, "ann@example.com", "A.b_c:d+e-f", "007", "..."])
@pytest.mark.parametrize("written", [str, lambda text: quote(text, safe=""), lambda text: quote(text, safe="@:+")])
def test_an_id_stands_in_a_path_with_and_without_percent_encoding(
    tenant: Tenant,
    user_id: str,
    written: Any,  # noqa: ANN401 - a way to write it
) -> None:
    path = f"/v1/users/{written(user_id)}"

    assert tenant("PUT", path, ANN).json["id"] == user_id
    assert tenant("GET", path).json["id"] == user_id
    assert tenant.ids() == [user_id]
    assert tenant("DELETE", path).status == 204
    assert tenant.ids() == []


@pytest.mark.parametrize("user_id", ["x" * 65, "a%20b", "a%2Fb", "a%00", "%C3%A4", ".", "..", "imports", "a%2", "a%0A"])
def test_what_cannot_be_an_id_is_refused(tenant: Tenant, user_id: str) -> None:
    assert set(tenant("PUT", f"/v1/users/{user_id}", ANN).fields) == {"id"}
    assert tenant("GET", f"/v1/users/{user_id}").status == 404
    assert tenant("DELETE", f"/v1/users/{user_id}").status == 404


def test_a_stranger_finds_and_deletes_nobody(tenant: Tenant) -> None:
    tenant.put(**ANN)

    for method in ("GET", "DELETE"):
        theirs, missing = (tenant(method, f"/v1/users/{one}", caller=STRANGER) for one in ("ann", "bob"))
        assert (theirs.status, theirs.text) == (missing.status, missing.text) == (404, missing.text)
    assert tenant("GET", "/v1/users", caller=STRANGER).json["items"] == []
    assert tenant.ids() == ["ann"]


def test_a_viewer_reads_and_changes_nothing(tenant: Tenant) -> None:
    tenant.put(**ANN)
    viewer = Caller("ten_a", "key_v", Role.VIEWER)

    assert tenant("GET", "/v1/users/ann", caller=viewer).status == 200
    assert tenant("PUT", "/v1/users/ann", ANN, caller=viewer).status == 403
    assert tenant("DELETE", "/v1/users/ann", caller=viewer).status == 403


def test_lists_are_filtered_and_paged(tenant: Tenant) -> None:
    for number in range(6):
        kind, role = ["staff", "Staff"][number % 2], ["admin", "viewer"][number // 3]
        tenant.put(f"u{number}", email=f"u{number}@example.com", user_type=kind, role=role)

    assert tenant.ids(user_type="staff") == ["u0", "u2", "u4"]
    assert tenant.ids(role="admin", order="-id") == ["u2", "u1", "u0"]
    assert tenant.ids(role="viewer", user_type="Staff") == ["u3", "u5"]
    assert tenant.ids(email="U4@example.com") == ["u4"]
    first = tenant("GET", "/v1/users", query={"limit": "4"}).json
    assert [user["id"] for user in first["items"]] == ["u0", "u1", "u2", "u3"]
    assert tenant.ids(limit="4", cursor=first["next_cursor"]) == ["u4", "u5"]


@pytest.mark.parametrize(
    "query",
    [{"role": "boss"}, {"email": "x"}, {"user_type": "a#b"}, {"order": "name"}, {"type": "staff"}, {"limit": "0"}],
)
def test_a_filter_that_cannot_be_is_refused(tenant: Tenant, query: dict[str, str]) -> None:
    assert set(tenant("GET", "/v1/users", query=query).fields) == set(query)
