"""Tenants and keys through both functions, as API Gateway would call them, with DynamoDB in moto."""

import io
from collections.abc import Iterator, Mapping
from typing import Any
from unittest.mock import patch

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.api import app as api
from functions.authorizer import app as authorizer
from postroom.tenancy.first_key import main as make_first_key
from tests.fakes.http import Answer, request, send
from tests.fakes.settings import UNUSED
from tests.fakes.tables import tables

SETTINGS = UNUSED | {"ACCOUNTS_TABLE": "accounts", "MESSAGES_TABLE": "messages", "DIRECTORY_TABLE": "directory"}


class Service:
    """The api behind its authorizer."""

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        bearer = {} if key is None else {"authorization": f"Bearer {key}"}
        event = request(method, path, body, headers={**bearer, **(headers or {})}, query=query)
        return send(self._behind_the_authorizer, event)

    @staticmethod
    def _behind_the_authorizer(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        verdict = authorizer.handler(event, context)
        assert verdict["isAuthorized"]
        event["requestContext"]["authorizer"] = {"lambda": verdict["context"]}
        return api.handler(event, context)


@pytest.fixture
def service() -> Iterator[Service]:
    with tables("accounts", "messages", "directory"), patch.dict("os.environ", SETTINGS):
        api._api.cache_clear()
        authorizer._verify_key.cache_clear()
        yield Service()


@pytest.fixture
def platform_key(service: Service) -> str:
    return first_key()


def first_key(*options: str) -> str:
    out = io.StringIO()
    assert make_first_key(options, {"DIRECTORY_TABLE": "directory"}, out, io.StringIO()) == 0
    return out.getvalue().strip()


def new_admin_key(service: Service, platform_key: str) -> tuple[str, str]:
    """The id of the admin key of a new tenant, and the key."""
    created = service.send("POST", "/v1/tenants", {"name": "Acme"}, key=platform_key).json["admin_key"]
    return created["id"], created["key"]


def test_the_first_key_is_made_once_unless_another_is_asked_for(service: Service) -> None:
    err = io.StringIO()

    first, status = first_key(), make_first_key([], {"DIRECTORY_TABLE": "directory"}, io.StringIO(), err)
    another = first_key("--another")

    assert status == 1
    assert "--another" in err.getvalue()
    assert [service.send("GET", "/v1/tenants", key=key).status for key in (first, another)] == [200, 200]


def test_a_missing_table_is_explained_to_whoever_makes_the_first_key(service: Service) -> None:
    err = io.StringIO()

    status = make_first_key([], {"DIRECTORY_TABLE": "nowhere"}, io.StringIO(), err)

    assert status == 1
    assert "ResourceNotFound" in err.getvalue()


def test_a_platform_makes_a_tenant_whose_admin_makes_keys(service: Service, platform_key: str) -> None:
    created = service.send("POST", "/v1/tenants", {"name": "Acme"}, key=platform_key)
    admin = created.json["admin_key"]["key"]

    issued = service.send("POST", "/v1/keys", {"name": "ci", "role": "viewer", "user_id": "user-1"}, key=admin)
    listed = service.send("GET", "/v1/keys", key=admin)

    assert (created.status, issued.status) == (201, 201)
    assert created.json["name"] == "Acme"
    assert issued.json["role"] == "viewer"
    assert issued.json["user_id"] == "user-1"
    assert {each["id"] for each in listed.json["items"]} == {created.json["admin_key"]["id"], issued.json["id"]}
    assert service.send("GET", "/v1/keys", key=issued.json["key"]).status == 403


@pytest.mark.parametrize("role", ["operator", "admin"])
def test_a_key_that_is_bound_to_a_user_has_the_smallest_role(service: Service, platform_key: str, role: str) -> None:
    created = service.send("POST", "/v1/tenants", {"name": "Acme"}, key=platform_key).json
    admin, wanted = created["admin_key"]["key"], {"name": "Ann", "role": role, "user_id": "ann"}

    own = service.send("POST", "/v1/keys", wanted, key=admin)
    platforms = service.send("POST", f"/v1/tenants/{created['id']}/keys", wanted, key=platform_key)

    assert [(answer.status, list(answer.fields)) for answer in (own, platforms)] == [(422, ["role"])] * 2


def test_a_key_is_told_who_it_is(service: Service, platform_key: str) -> None:
    created = service.send("POST", "/v1/tenants", {"name": "Acme"}, key=platform_key).json
    admin = created["admin_key"]
    viewer = service.send("POST", "/v1/keys", {"name": "ci", "role": "viewer"}, key=admin["key"]).json

    told = [service.send("GET", "/v1/me", key=one["key"]) for one in (admin, viewer)]

    acme = {"tenant_id": created["id"], "tenant_name": "Acme", "highest_priority": "high"}
    assert [{name: value for name, value in one.json.items() if name != "limits"} for one in told] == [
        acme | {"key_id": admin["id"], "role": "admin"},
        acme | {"key_id": viewer["id"], "role": "viewer"},
    ]
    assert all(key["key"] not in one.text for one in told for key in (admin, viewer))


def test_a_platform_key_is_told_that_it_belongs_to_no_tenant(service: Service, platform_key: str) -> None:
    told = service.send("GET", "/v1/platform/me", key=platform_key).json

    assert told.pop("key_id").startswith("key_")
    assert told.pop("limits")
    assert told == {"tenant_id": None, "tenant_name": None, "role": "platform", "highest_priority": "high"}


def test_a_key_is_shown_once(service: Service, platform_key: str) -> None:
    _, admin = new_admin_key(service, platform_key)
    headers = {"idempotency-key": "k1"}

    first = service.send("POST", "/v1/keys", {"name": "ci", "role": "viewer"}, key=admin, headers=headers)
    again = service.send("POST", "/v1/keys", {"name": "ci", "role": "viewer"}, key=admin, headers=headers)
    shown = service.send("GET", f"/v1/keys/{first.json['id']}", key=admin)

    assert again.json == {**first.json, "key": "********"}
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "masked" in again.headers["Postroom-Notice"]
    assert "key" not in shown.json
    assert "hash" not in shown.text


def test_a_revoked_key_ends_with_the_next_request(service: Service, platform_key: str) -> None:
    _, admin = new_admin_key(service, platform_key)
    issued = service.send("POST", "/v1/keys", {"name": "ci", "role": "admin"}, key=admin).json
    assert service.send("GET", "/v1/keys", key=issued["key"]).status == 200

    revoked = service.send("DELETE", f"/v1/keys/{issued['id']}", key=admin)

    refused = service.send("GET", "/v1/keys", key=issued["key"])
    assert revoked.status == 204
    assert (refused.status, refused.json["detail"]) == (401, "This API key has been revoked.")
    assert service.send("GET", f"/v1/keys/{issued['id']}", key=admin).json["revoked_at"]


def test_the_last_admin_key_cannot_revoke_itself(service: Service, platform_key: str) -> None:
    key_id, admin = new_admin_key(service, platform_key)

    answer = service.send("DELETE", f"/v1/keys/{key_id}", key=admin)

    assert (answer.status, answer.json["code"]) == (409, "conflict")
    assert service.send("GET", "/v1/keys", key=admin).status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_another_tenants_key_looks_like_one_that_is_not_there(service: Service, platform_key: str, method: str) -> None:
    strangers_id, strangers_key = new_admin_key(service, platform_key)
    _, admin = new_admin_key(service, platform_key)

    strangers = service.send(method, f"/v1/keys/{strangers_id}", {}, key=admin)
    unknown = service.send(method, "/v1/keys/key_00000000000000000000000000", {}, key=admin)

    assert strangers.status == 404
    assert (strangers.status, strangers.text) == (unknown.status, unknown.text)
    assert service.send("GET", "/v1/keys", key=strangers_key).status == 200


def test_a_cursor_of_one_tenant_shows_another_only_its_own(service: Service, platform_key: str) -> None:
    _, stranger = new_admin_key(service, platform_key)
    service.send("POST", "/v1/keys", {"name": "ci", "role": "viewer"}, key=stranger)
    own_id, admin = new_admin_key(service, platform_key)
    cursor = service.send("GET", "/v1/keys", key=stranger, query={"limit": "1"}).json["next_cursor"]

    listed = service.send("GET", "/v1/keys", key=admin, query={"cursor": cursor})

    assert {each["id"] for each in listed.json["items"]} <= {own_id}


def test_a_forged_key_is_refused(service: Service, platform_key: str) -> None:
    forged = platform_key[:-1] + ("a" if platform_key[-1] != "a" else "b")

    answer = service.send("GET", "/v1/tenants", key=forged)

    assert (answer.status, answer.json["detail"]) == (401, "This API key is not valid.")


def test_the_platform_issues_a_key_to_a_tenant_and_to_none_that_is_not_there(
    service: Service, platform_key: str
) -> None:
    tenant = service.send("POST", "/v1/tenants", {"name": "Acme"}, key=platform_key).json
    wanted = {"name": "rescue", "role": "admin"}

    issued = service.send("POST", f"/v1/tenants/{tenant['id']}/keys", wanted, key=platform_key)
    nowhere = service.send("POST", "/v1/tenants/ten_none/keys", wanted, key=platform_key)

    assert issued.status == 201
    assert service.send("GET", "/v1/keys", key=issued.json["key"]).status == 200
    assert nowhere.status == 404


def test_a_platform_key_can_be_revoked_but_not_the_last(service: Service, platform_key: str) -> None:
    another = first_key("--another")
    keys = service.send("GET", "/v1/platform/keys", key=platform_key).json["items"]

    answers = [service.send("DELETE", f"/v1/platform/keys/{key['id']}", key=another).status for key in keys]

    assert sorted(answers) == [204, 401] or sorted(answers) == [204, 409]


def test_a_tenant_cannot_use_what_belongs_to_the_platform(service: Service, platform_key: str) -> None:
    _, admin = new_admin_key(service, platform_key)

    assert service.send("GET", "/v1/tenants", key=admin).status == 403
    assert service.send("POST", "/v1/tenants", {"name": "Mine"}, key=admin).status == 403


def test_a_role_may_not_be_more_than_the_tenant_has(service: Service, platform_key: str) -> None:
    _, admin = new_admin_key(service, platform_key)

    answer = service.send("POST", "/v1/keys", {"name": "up", "role": "platform"}, key=admin)

    assert answer.status == 422
    assert list(answer.fields) == ["role"]


def test_when_the_table_does_not_answer_the_caller_is_asked_to_come_again(
    service: Service, platform_key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    service.send("GET", "/v1/tenants", key=platform_key)
    authorizer._verify_key.cache_clear()
    with patch.dict("os.environ", {"DIRECTORY_TABLE": "gone"}):
        answer = service.send("GET", "/v1/tenants", key=platform_key)

    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert "gone" not in answer.text
    assert platform_key not in capsys.readouterr().out


def test_a_key_is_issued_with_rights_which_are_shown(service: Service, platform_key: str) -> None:
    _, admin = new_admin_key(service, platform_key)
    body = {"name": "ci", "role": "operator", "requests_per_minute": 7, "highest_priority": "low"}

    issued = service.send("POST", "/v1/keys", body, key=admin).json
    told = service.send("GET", "/v1/me", key=issued["key"])

    assert (issued["requests_per_minute"], issued["highest_priority"]) == (7, "low")
    assert told.json["highest_priority"] == "low"
    assert told.json["limits"]["key"]["requests_per_minute"] == 7
    assert told.json["limits"]["key"]["left"] == 6
    assert told.headers["RateLimit-Policy"] == '"key";q=7;w=60, "tenant";q=3000;w=60'
    assert told.headers["RateLimit"].startswith('"key";r=6;t=6')


def test_a_key_that_has_made_its_requests_is_refused_until_a_change_of_it(service: Service, platform_key: str) -> None:
    _, admin = new_admin_key(service, platform_key)
    body = {"name": "ci", "role": "operator", "requests_per_minute": 2}
    issued = service.send("POST", "/v1/keys", body, key=admin).json
    answers = [service.send("GET", "/v1/me", key=issued["key"]) for _ in range(3)]

    changed = service.send("PUT", f"/v1/keys/{issued['id']}", {"requests_per_minute": 3}, key=admin)

    refused = answers[2]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert 55 <= int(refused.headers["Retry-After"]) <= 65
    assert refused.headers["RateLimit"].startswith('"key";r=0;t=')
    assert (refused.json["code"], refused.json["detail"]) == (
        "rate_limited",
        "This key may make 2 requests in a minute, and has made them.",
    )
    assert changed.json["requests_per_minute"] == 3
    assert [service.send("GET", "/v1/me", key=issued["key"]).status for _ in range(2)] == [200, 429]


def test_a_change_of_a_key_leaves_the_rest_as_it_is(service: Service, platform_key: str) -> None:
    _, admin = new_admin_key(service, platform_key)
    body = {"name": "ci", "role": "operator", "requests_per_minute": 70, "highest_priority": "low"}
    issued = service.send("POST", "/v1/keys", body, key=admin).json
    path = f"/v1/keys/{issued['id']}"

    renamed = service.send("PUT", path, {"name": "batch"}, key=admin).json
    usual = service.send("PUT", path, renamed | {"requests_per_minute": None}, key=admin).json
    raised = service.send("PUT", path, {"highest_priority": "normal"}, key=admin).json

    assert (renamed["name"], renamed["requests_per_minute"], renamed["highest_priority"]) == ("batch", 70, "low")
    assert (usual["name"], usual["requests_per_minute"]) == ("batch", None)
    assert raised == usual | {"highest_priority": "normal"}
    assert service.send("GET", path, key=admin).json == raised


def test_a_wrong_change_of_a_key_names_every_field(service: Service, platform_key: str) -> None:
    key_id, admin = new_admin_key(service, platform_key)
    body = {"name": "", "requests_per_minute": 0, "highest_priority": "urgent", "secret": "x"}

    refused = service.send("PUT", f"/v1/keys/{key_id}", body, key=admin)
    another_role = service.send("PUT", f"/v1/keys/{key_id}", {"role": "viewer"}, key=admin)

    assert (refused.status, set(refused.fields)) == (422, set(body))
    assert (another_role.status, another_role.fields) == (422, {"role": "is admin and stays so; issue another key"})


def test_a_platform_sets_the_limit_of_a_tenant(service: Service, platform_key: str) -> None:
    created = service.send("POST", "/v1/tenants", {"name": "Acme"}, key=platform_key).json
    path, admin = f"/v1/tenants/{created['id']}", created["admin_key"]["key"]

    before = service.send("GET", path, key=platform_key).json
    limited = service.send("PUT", f"{path}/limits", {"requests_per_minute": 1}, key=platform_key)
    answers = [service.send("GET", "/v1/me", key=admin) for _ in range(2)]

    assert before["limits"] == {"requests_per_minute": 3000}
    assert limited.json == {"requests_per_minute": 1}
    assert [answer.status for answer in answers] == [200, 429]
    assert answers[1].json["detail"] == "The tenant of this key may make 1 requests in a minute, and has made them."
    assert service.send("GET", path, key=platform_key).json["limits"] == {"requests_per_minute": 1}


def test_a_limit_is_set_by_the_platform_alone_and_of_a_tenant_that_is_there(
    service: Service, platform_key: str
) -> None:
    created = service.send("POST", "/v1/tenants", {"name": "Acme"}, key=platform_key).json
    path, body = f"/v1/tenants/{created['id']}/limits", {"requests_per_minute": 5}

    own = service.send("PUT", path, body, key=created["admin_key"]["key"])
    nobodys = service.send("PUT", "/v1/tenants/ten_none/limits", body, key=platform_key)
    wrong = service.send("PUT", path, {"requests_per_minute": "5"}, key=platform_key)
    empty = service.send("PUT", path, {}, key=platform_key)

    assert [answer.status for answer in (own, nobodys, wrong, empty)] == [403, 404, 422, 422]


def test_what_is_refused_and_what_is_not_there_counts_too(service: Service, platform_key: str) -> None:
    _, admin = new_admin_key(service, platform_key)

    left = [
        service.send(method, path, key=admin).headers["RateLimit"].partition(";t=")[0]
        for method, path in (("GET", "/v1/me"), ("GET", "/v1/tenants"), ("GET", "/v1/nothing"), ("PUT", "/v1/me"))
    ]

    assert left == [f'"key";r={1500 - number}' for number in (1, 2, 3, 4)]


def test_who_has_no_key_is_counted_by_the_gateway_alone(service: Service) -> None:
    refused = service.send("GET", "/v1/me", key="pr_none")

    assert refused.status == 401
    assert "RateLimit" not in refused.headers


def test_an_answer_that_is_given_again_counts(service: Service, platform_key: str) -> None:
    _, admin = new_admin_key(service, platform_key)
    body, headers = {"name": "ci", "role": "viewer"}, {"idempotency-key": "k1"}

    answers = [service.send("POST", "/v1/keys", body, key=admin, headers=headers) for _ in range(2)]

    assert [answer.headers["RateLimit"].partition(";t=")[0] for answer in answers] == ['"key";r=1499', '"key";r=1498']
