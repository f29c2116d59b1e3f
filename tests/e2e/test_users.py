"""Users and their import on the deployed stack, whose AWS lets each function do only what its role says."""

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.e2e.conftest import LiveStack
from tests.e2e.test_command_line import command_line

_LONGEST_SECONDS = 120


def put(tenant: httpx.Client, user_id: str, **fields: object) -> httpx.Response:
    return tenant.put(f"/v1/users/{quote(user_id, safe='')}", json=fields)


def ids(tenant: httpx.Client, **query: str) -> list[str]:
    return [user["id"] for user in tenant.get("/v1/users", params=query).json()["items"]]


def settled(tenant: httpx.Client, wanted: list[str], **query: str) -> None:
    """Lists by an index follow within seconds."""
    until = time.monotonic() + 5
    while (found := ids(tenant, **query)) != wanted and time.monotonic() < until:
        time.sleep(0.1)
    assert found == wanted


def test_users_are_made_changed_listed_and_deleted(stack: LiveStack, tenant: httpx.Client) -> None:
    made = put(tenant, "ann@crm+1", email="Ann@Example.com", user_type="staff", role="admin", attributes={"n": 1.5})
    again = put(tenant, "ann@crm+1", attributes={"plan": "pro"})
    taken = put(tenant, "bob", email="ann@example.com")
    put(tenant, "bob", email="bob@example.com", user_type="staff")
    put(tenant, "eve", email="eve@example.com", role="admin")

    assert (made.status_code, again.status_code) == (201, 200)
    assert again.json()["attributes"] == {"n": 1.5, "plan": "pro"}
    assert tenant.get("/v1/users/ann@crm+1").json() == again.json()
    assert taken.json()["errors"] == [{"field": "email", "message": "belongs to another user"}]
    assert ids(tenant, limit="2") == ["ann@crm+1", "bob"]
    settled(tenant, ["ann@crm+1", "bob"], user_type="staff")
    settled(tenant, ["ann@crm+1", "eve"], role="admin")
    settled(tenant, ["ann@crm+1"], role="admin", user_type="staff")
    assert ids(tenant, email="ANN@example.com") == ["ann@crm+1"]
    assert tenant.delete("/v1/users/ann%40crm%2B1").status_code == 204
    assert tenant.get("/v1/users/ann%40crm%2B1").status_code == 404
    assert put(tenant, "bob", email="ann@example.com").status_code == 200


def prepared(tenant: httpx.Client, content: bytes, file_format: str = "ndjson") -> str:
    made = tenant.post("/v1/users/imports", json={"format": file_format}).json()
    upload = made["upload"]
    answer = httpx.request(upload["method"], upload["url"], content=content, headers=upload["headers"])
    assert answer.status_code == 200, answer.text
    return str(made["id"])


def start(tenant: httpx.Client, import_id: str) -> httpx.Response:
    return tenant.post(f"/v1/users/imports/{import_id}/start")


def ended(tenant: httpx.Client, import_id: str) -> dict[str, Any]:
    until = time.monotonic() + _LONGEST_SECONDS
    while True:
        found: dict[str, Any] = tenant.get(f"/v1/users/imports/{import_id}").json()
        if found["status"] in {"done", "failed"} or time.monotonic() > until:
            return found
        time.sleep(0.2)


def refused(tenant: httpx.Client, import_id: str) -> dict[int, list[str]]:
    cursor: str | None = None
    found: dict[int, list[str]] = {}
    while True:
        query = {"limit": "7"} | ({"cursor": cursor} if cursor else {})
        page = tenant.get(f"/v1/users/imports/{import_id}/refused", params=query).json()
        found |= {item["line"]: [error["field"] for error in item["errors"]] for item in page["items"]}
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def ndjson(users: Iterable[Mapping[str, object]]) -> bytes:
    return "".join(json.dumps(user) + "\n" for user in users).encode()


def test_two_thousand_users_are_imported_and_every_bad_line_is_told(tenant: httpx.Client) -> None:
    put(tenant, "u10", email="u10@example.com", name="User 10")
    put(tenant, "u20", email="u20@example.com", name="Other")
    put(tenant, "apart", email="u30@example.com")
    rows = [f'u{number},u{number}@example.com,"User {number}",staff,{number}' for number in range(2000)]
    rows[40] = 'u40,no address,"User 40",staff,1'
    rows[50] = rows[51]
    rows[1990] = "u1990"
    rows[1995] = 'u1995,u1995@example.com,"never closed,staff,1'
    content = "\ufeff" + "\r\n".join(["id,email,name,user_type,attributes.number", *rows, ""])

    import_id = prepared(tenant, content.encode(), "csv")
    started = start(tenant, import_id)
    done = ended(tenant, import_id)

    assert started.status_code == 202, started.text
    assert (done["status"], done["detail"], done["lines"]) == ("done", None, 2000)
    assert {name: done[name] for name in ("created", "changed", "unchanged", "refused")} == {
        "created": 1993,
        "changed": 2,
        "unchanged": 0,
        "refused": 5,
    }
    # Line 1 names the columns, so that user n stands in line n + 2.
    assert refused(tenant, import_id) == {32: ["email"], 42: ["email"], 53: ["id"], 1992: ["line"], 1997: ["line"]}
    shown = tenant.get("/v1/users/u20").json()
    assert (shown["name"], shown["attributes"]) == ("User 20", {"number": "20"})
    assert start(tenant, import_id).status_code == 409
    again = prepared(tenant, content.encode(), "csv")
    start(tenant, again)
    assert ended(tenant, again)["unchanged"] == 1995


def test_an_import_needs_its_file_and_is_nobody_elses(stack: LiveStack, tenant: httpx.Client) -> None:
    made = tenant.post("/v1/users/imports", json={"format": "csv"}).json()

    assert start(tenant, made["id"]).status_code == 409
    assert tenant.get(f"/v1/users/imports/{made['id']}").json()["status"] == "waiting"
    with stack.caller(stack.new_tenant("Stranger")) as stranger:
        for path in ("", "/refused"):
            assert stranger.get(f"/v1/users/imports/{made['id']}{path}").status_code == 404
        assert start(stranger, made["id"]).status_code == 404
        assert stranger.post(f"/v1/users/imports/{made['id']}/upload").status_code == 404
    upload = tenant.post(f"/v1/users/imports/{made['id']}/upload").json()
    assert httpx.put(upload["url"], content=b"id,email\nann,ann@example.com\n", headers=upload["headers"]).is_success
    assert start(tenant, made["id"]).status_code == 202
    assert ended(tenant, made["id"])["created"] == 1
    assert tenant.post(f"/v1/users/imports/{made['id']}/upload").status_code == 409
    assert httpx.get(made["upload"]["url"]).status_code in {403, 405}


def test_a_signed_address_is_good_for_its_own_file_alone(tenant: httpx.Client) -> None:
    first, second = (tenant.post("/v1/users/imports", json={"format": "csv"}).json() for _ in range(2))

    elsewhere = httpx.put(first["upload"]["url"].replace(first["id"], second["id"]), content=b"id\n")

    assert elsewhere.status_code == 403
    assert start(tenant, second["id"]).status_code == 409


@pytest.mark.parametrize("deliveries", [3])
def test_an_import_that_is_delivered_several_times_is_counted_once(
    stack: LiveStack, tenant: httpx.Client, deliveries: int
) -> None:
    users = [{"id": f"d{number}", "email": f"d{number}@example.com"} for number in range(1200)]
    import_id = prepared(tenant, ndjson([*users, {"id": "bad"}]))
    start(tenant, import_id)
    tenant_id = tenant.get("/v1/me").json()["tenant_id"]
    for _ in range(deliveries):
        stack.aws("sqs").send_message(
            QueueUrl=stack.outputs["ImportsQueueUrl"],
            MessageBody=json.dumps({"tenant_id": tenant_id, "import_id": import_id}),
        )

    done = ended(tenant, import_id)

    assert (done["status"], done["created"], done["refused"], done["lines"]) == ("done", 1200, 1, 1201)
    assert refused(tenant, import_id) == {1201: ["email"]}


def test_a_file_is_imported_from_the_command_line(stack: LiveStack, tmp_path: Path) -> None:
    postroom = command_line(stack, stack.new_tenant("Imports from a terminal"), tmp_path)
    file = tmp_path / "users.ndjson"
    good = [{"id": f"c{number}@crm", "email": f"c{number}@example.com"} for number in range(30)]
    file.write_bytes(ndjson([*good, {"id": "bad"}]))

    ended = postroom("users", "import", str(file))
    again = postroom("users", "import", str(file), "--json")

    assert ended.status == 1
    assert "30 created, 0 changed, 0 unchanged, 1 refused" in ended.err
    assert ended.out.splitlines()[1].split() == ["31", "bad", "email", "is", "required"]
    told = json.loads(again.out)
    assert (told["unchanged"], [line["line"] for line in told["refused_lines"]]) == (30, [31])
    assert postroom("users", "show", "c7@example.com", "--json").document["id"] == "c7@crm"
