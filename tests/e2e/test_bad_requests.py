"""What is wrong is said in one form, all at once, and leaves nothing behind."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.e2e.conftest import LiveStack

ACCOUNT = {
    "email": "a@example.com",
    "status": "active",
    "smtp_host": "smtp.example.com",
    "smtp_use_tls": True,
    "smtp_username": "a",
    "smtp_password": "secret",
}
MAIL = {"to": "ann@example.com", "subject": "Hello", "text": "Hello"}

BAD = [
    ("/v1/messages", MAIL | {"typo": 1}, {"typo"}),
    ("/v1/messages", {}, {"to", "subject", "text"}),
    ("/v1/messages", {"to": [], "subject": 5, "html": 7, "priority": "urgent"}, {"to", "subject", "html", "priority"}),
    ("/v1/messages", MAIL | {"to": ["ann", "bob@"], "cc": "x y@z"}, {"to.0", "to.1", "cc.0"}),
    ("/v1/messages", MAIL | {"subject": "a\r\nBcc: eve@example.com"}, {"subject"}),
    (
        "/v1/messages",
        MAIL | {"headers": {"X-A": "b\nc", "Bcc": "eve@example.com"}},
        {"headers.X-A", "headers.Bcc.[key]"},
    ),
    ("/v1/messages", MAIL | {"to": "Ann\r\nBcc: eve@example.com <ann@example.com>"}, {"to.0"}),
    (
        "/v1/messages",
        MAIL | {"attachments": [{"filename": "a\n", "content": "%"}]},
        {"attachments.0.filename", "attachments.0.content"},
    ),
    ("/v1/messages", MAIL | {"send_at": "tomorrow", "expires_at": 17}, {"send_at", "expires_at"}),
    ("/v1/messages", MAIL | {"account_id": "acc_none"}, {"account_id"}),
    ("/v1/messages", MAIL | {"to": [f"r{n}@example.com" for n in range(51)]}, {"to"}),
    (
        "/v1/messages",
        MAIL | {"attachments": [{"filename": " ", "content": "", "content_type": "MESSAGE/rfc822"}]},
        {"attachments.0.filename", "attachments.0.content_type"},
    ),
    ("/v1/messages/batch", {"messages": []}, {"messages"}),
    ("/v1/messages/batch", {"messages": [MAIL] * 501}, {"messages"}),
    ("/v1/accounts", {"email": "no", "smtp_host": "http://x", "smtp_port": 0}, {"email", "smtp_host", "smtp_port"}),
    (
        "/v1/accounts",
        ACCOUNT | {"smtp_use_ssl": True, "daily_limit": -1, "timezone": "Mars/Base"},
        {"smtp_use_ssl", "daily_limit", "timezone"},
    ),
    ("/v1/accounts", ACCOUNT | {"smtp_use_tls": False}, {"smtp_use_tls"}),
    ("/v1/accounts", ACCOUNT | {"smtp_password": None}, {"smtp_password"}),
    ("/v1/accounts", ACCOUNT | {"sender_name": "a\r\nBcc: eve@example.com"}, {"sender_name"}),
    ("/v1/accounts", ACCOUNT | {"status": "error", "min_wait_time": "1"}, {"status", "min_wait_time"}),
    ("/v1/accounts", ACCOUNT | {"daily_limit": True}, {"daily_limit"}),
    (
        "/v1/accounts",
        ACCOUNT | {"connection_type": "gmail", "smtp_port": 25, "daily_limit": 9999},
        {"smtp_host", "smtp_port", "daily_limit"},
    ),
    (
        "/v1/accounts",
        {"connection_type": "ses", "email": "a@example.com", "smtp_port": 70000, "min_wait_time": -1},
        {"smtp_host", "smtp_port", "min_wait_time"},
    ),
]


@pytest.mark.parametrize(("path", "body", "fields"), BAD)
def test_every_wrong_field_is_named_at_once(
    tenant: httpx.Client, path: str, body: dict[str, object], fields: set[str]
) -> None:
    answer = tenant.post(path, json=body)

    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert {error["field"] for error in answer.json()["errors"]} == fields


def test_what_was_refused_left_nothing_behind(tenant: httpx.Client) -> None:
    for path, body, _ in BAD:
        tenant.post(path, json=body)

    assert tenant.get("/v1/messages").json() == {"items": [], "next_cursor": None}
    assert tenant.get("/v1/accounts").json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b'{"to": ', {"Content-Type": "application/json"}, 400),
        (b'{"to": NaN}', {"Content-Type": "application/json"}, 400),
        (b"[]", {"Content-Type": "application/json"}, 422),
        (b"\xff\xfe", {"Content-Type": "application/json"}, 400),
        (b"to=ann", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        (b"", {"Content-Type": "text/plain"}, 422),
        (b'{"text": "' + b"x" * 5_600_000 + b'"}', {"Content-Type": "application/json"}, 413),
    ],
)
def test_what_cannot_be_read_is_told_so(
    tenant: httpx.Client, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = tenant.post("/v1/messages", content=content, headers=headers)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"status": "lost", "limit": "0"}, {"status", "limit"}),
        ({"to": "9999-12-31"}, {"to"}),
        ({"from": "1969-01-01", "to": "yesterday"}, {"from", "to"}),
        ({"cursor": "bm8"}, {"cursor"}),
        ({"order": "subject", "stauts": "sent"}, {"stauts"}),
    ],
)
def test_a_query_that_is_wrong_lists_nothing(tenant: httpx.Client, query: dict[str, str], fields: set[str]) -> None:
    answer = tenant.get("/v1/messages", params=query)

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == fields


@pytest.mark.parametrize("key", [None, "nonsense", "pr_a_b_c"])
def test_without_a_valid_key_nothing_is_told(stack: LiveStack, key: str | None) -> None:
    with stack.caller(key) as nobody:
        for answer in (nobody.get("/v1/messages"), nobody.post("/v1/accounts", json={}), nobody.get("/v1/tenants")):
            assert answer.status_code == 401
            assert answer.headers["content-type"] == "application/problem+json"


def test_an_id_that_none_of_ours_can_be_is_unknown(tenant: httpx.Client) -> None:
    for path in (f"/v1/accounts/{'a' * 1100}", f"/v1/messages/{'a' * 2100}", "/v1/messages/%2e%2e", "/v1/nothing"):
        assert tenant.get(path).status_code == 404


def test_one_odd_item_of_a_batch_is_answered_in_its_place(tenant: httpx.Client) -> None:
    answer = tenant.post("/v1/messages/batch", json={"messages": [5, MAIL, None, []]})

    assert answer.status_code == 202
    assert ["error" in item for item in answer.json()["items"]] == [True, False, True, True]


def test_the_status_error_is_not_for_people_to_set(stack: LiveStack, tenant: httpx.Client) -> None:
    account = stack.new_account(tenant.headers["Authorization"].split()[1], "healthy@example.com")
    path = f"/v1/accounts/{account['id']}"

    assert tenant.put(path, json={"status": "error"}).status_code == 422
    assert tenant.put(path, json=tenant.get(path).json()).status_code == 200
    assert tenant.get(path).json()["status"] == "active"


def test_a_revoked_key_is_refused_from_the_next_request_on(stack: LiveStack, tenant: httpx.Client) -> None:
    issued = tenant.post("/v1/keys", json={"name": "ci", "role": "operator"}).json()
    with stack.caller(issued["key"]) as ci:
        before = ci.get("/v1/messages").status_code
        tenant.delete(f"/v1/keys/{issued['id']}")
        after = ci.get("/v1/messages").status_code

    assert (before, after) == (200, 401)


def test_a_role_may_do_what_it_may_and_no_more(stack: LiveStack, tenant: httpx.Client) -> None:
    viewer = tenant.post("/v1/keys", json={"name": "v", "role": "viewer"}).json()["key"]
    operator = tenant.post("/v1/keys", json={"name": "o", "role": "operator"}).json()["key"]
    with stack.caller(viewer) as v, stack.caller(operator) as o, stack.caller(stack.platform_key) as p:
        assert v.get("/v1/accounts").status_code == 200
        assert v.post("/v1/messages", json=MAIL).status_code == 403
        assert o.post("/v1/messages", json=MAIL).status_code == 202
        assert o.post("/v1/accounts", json=ACCOUNT).status_code == 403
        assert o.post("/v1/tenants", json={"name": "x"}).status_code == 403
        assert p.get("/v1/messages").status_code == 403


def test_another_tenants_ids_answer_as_unknown_ones_do(stack: LiveStack, tenant: httpx.Client) -> None:
    account = stack.new_account(tenant.headers["Authorization"].split()[1], "mine@example.com")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    message = tenant.post("/v1/messages", json=MAIL | {"send_at": tomorrow}).json()
    assert "id" in message, message
    with stack.caller(stack.new_tenant("stranger")) as stranger:
        for known, unknown in ((account["id"], "acc_" + "0" * 26), (message["id"], "msg_" + "0" * 26)):
            kind = "accounts" if known.startswith("acc") else "messages"
            for method, path in (
                ("GET", ""),
                ("PUT", ""),
                ("DELETE", ""),
                ("POST", "/reset"),
                ("GET", "/usage"),
                ("GET", "/health"),
                ("POST", "/cancel"),
            ):
                body: dict[str, str] | None = {} if method == "PUT" else None
                answers = [
                    stranger.request(method, f"/v1/{kind}/{thing}{path}", json=body) for thing in (known, unknown)
                ]
                contents = [answer.json() | {"request_id": ""} for answer in answers]
                assert contents[0] == contents[1]
                assert answers[0].status_code == answers[1].status_code
                assert answers[0].status_code in {404, 405}
        named = stranger.post("/v1/messages", json=MAIL | {"account_id": account["id"]})
        assert named.status_code == 422

    assert tenant.get(f"/v1/accounts/{account['id']}").status_code == 200
    assert tenant.get(f"/v1/messages/{message['id']}").json()["status"] == "scheduled"
