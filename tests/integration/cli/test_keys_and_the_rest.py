import json

import pytest

from tests.fakes.played_api import PlayedApi, Reply, listed
from tests.integration.cli.conftest import CommandLine

ISSUED = {"id": "key_9", "name": "ci", "role": "operator", "key": "pr_acme_9_secret"}
POOL = {"id": "pool_1", "name": "News", "account_ids": ["acc_1", "acc_2"]}


def test_a_key_is_printed_alone_so_that_a_script_can_take_it(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("POST /v1/keys", Reply(201, ISSUED))

    result = postroom("keys", "issue", "--name", "ci", "--role", "viewer", "--user-id", "u1", "--quiet")

    assert result.stdout == "pr_acme_9_secret\n"
    assert api.calls("POST /v1/keys")[0].body == {"name": "ci", "role": "viewer", "user_id": "u1"}


def test_a_key_whose_first_answer_was_lost_is_told_to_be_lost(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("POST /v1/keys", Reply(drops=True), Reply(201, ISSUED | {"key": "********"}))

    result = postroom("keys", "issue", "--name", "ci", "--role", "operator")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "postroom keys revoke key_9" in result.stderr


def test_the_platform_issues_keys_to_its_tenants(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("POST /v1/tenants/ten_1/keys", Reply(201, ISSUED))

    result = postroom("keys", "issue", "--name", "ci", "--role", "admin", "--tenant", "ten_1", "--json")

    assert json.loads(result.stdout) == ISSUED


def test_keys_are_listed_and_revoked(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/keys", listed(ISSUED))
    api.on("GET /v1/platform/keys", listed())
    api.on("DELETE /v1/platform/keys/key_9", Reply(204))

    assert "key_9" in postroom("keys", "list").stdout
    assert postroom("keys", "list", "--platform").stdout == "None.\n"
    assert postroom("keys", "revoke", "key_9", "--platform", "--yes").stdout == "key_9 is revoked\n"
    assert postroom("keys", "revoke", "key_9").exit_code == 2


def test_a_key_is_issued_and_changed_with_its_rights(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("POST /v1/keys", Reply(201, ISSUED))
    api.on("PUT /v1/keys/key_9", Reply(body=ISSUED))
    rights = ("--requests-per-minute", "60", "--highest-priority", "low")

    postroom("keys", "issue", "--name", "ci", "--role", "operator", *rights)
    changed = postroom("keys", "set", "key_9", "--name", "batch", *rights)
    postroom("keys", "set", "key_9", "--usual-requests")

    sent = {"requests_per_minute": 60, "highest_priority": "low"}
    assert api.calls("POST /v1/keys")[0].body == {"name": "ci", "role": "operator"} | sent
    assert changed.stdout == "key_9 ci is changed\n"
    assert [call.body for call in api.calls("PUT /v1/keys/key_9")] == [
        {"name": "batch"} | sent,
        {"requests_per_minute": None},
    ]


@pytest.mark.parametrize("options", [(), ("--usual-requests", "--requests-per-minute", "5")], ids=["nothing", "both"])
def test_a_change_of_a_key_that_says_nothing_or_too_much_is_not_sent(
    api: PlayedApi, postroom: CommandLine, options: tuple[str, ...]
) -> None:
    assert postroom("keys", "set", "key_9", *options).exit_code == 2
    assert postroom("keys", "set", "pr_acme_9_secret", "--name", "x").exit_code == 1
    assert api.asked == []


def test_the_platform_limits_a_tenant(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("PUT /v1/tenants/ten_1/limits", Reply(body={"requests_per_minute": 60}))
    api.on("GET /v1/tenants/ten_1", Reply(body={"id": "ten_1", "name": "Acme", "limits": {"requests_per_minute": 60}}))

    limited = postroom("tenants", "limit", "ten_1", "--requests-per-minute", "60")
    postroom("tenants", "limit", "ten_1", "--usual-requests")

    assert limited.stdout == "ten_1 may make 60 requests in a minute\n"
    assert [call.body for call in api.calls("PUT /v1/tenants/ten_1/limits")] == [
        {"requests_per_minute": 60},
        {"requests_per_minute": None},
    ]
    assert "60" in postroom("tenants", "show", "ten_1").stdout
    assert postroom("tenants", "limit", "ten_1").exit_code == 2


def test_a_key_given_for_its_id_is_not_sent_nor_said(api: PlayedApi, postroom: CommandLine) -> None:
    result = postroom("keys", "revoke", "pr_acme_9_secret", "--yes")

    assert result.exit_code == 1
    assert "secret" not in result.output
    assert api.asked == []


def test_a_tenant_is_made_and_its_key_printed_alone(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("POST /v1/tenants", Reply(201, {"id": "ten_1", "name": "Acme", "admin_key": ISSUED}))
    api.on("GET /v1/tenants", listed({"id": "ten_1", "name": "Acme", "created_at": "2030-01-31T09:00:00Z"}))

    result = postroom("tenants", "create", "Acme")

    assert result.stdout == "pr_acme_9_secret\n"
    assert "ten_1 Acme is made" in result.stderr
    assert "ten_1  Acme" in postroom("tenants", "list").stdout


def test_pools_are_made_shown_changed_and_deleted(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/accounts", listed({"id": "acc_2", "email": "b@example.com"}))
    api.on("POST /v1/pools", Reply(201, POOL))
    api.on("GET /v1/pools", listed(POOL))
    api.on("GET /v1/pools/pool_1", Reply(body=POOL))
    api.on("PUT /v1/pools/pool_1", Reply(body=POOL))
    api.on("DELETE /v1/pools/pool_1", Reply(204))

    made = postroom(
        "pools", "create", "News", "--account", "acc_1", "--account", "b@example.com", "--strategy", "sticky"
    )
    listing, shown = postroom("pools", "list"), postroom("pools", "show", "pool_1")
    changed = postroom("pools", "set", "News", "--account", "acc_1")
    deleted = postroom("pools", "delete", "News", "--yes")

    assert [one.exit_code for one in (made, listing, shown, changed, deleted)] == [0] * 5
    body = {"name": "News", "account_ids": ["acc_1", "acc_2"], "strategy": "sticky"}
    assert api.calls("POST /v1/pools")[0].body == body
    assert api.calls("PUT /v1/pools/pool_1")[0].body == {"account_ids": ["acc_1"]}
    assert listing.stdout.splitlines()[1].split() == ["pool_1", "News", "2"]
    assert "acc_1, acc_2" in shown.stdout
    assert api.calls("DELETE /v1/pools/pool_1")[0].query == {}


def test_a_pool_that_there_is_not_is_told(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/pools", listed(POOL))

    assert postroom("pools", "show", "Old").exit_code == 1


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_capacity_is_shown_whatever_it_has(api: PlayedApi, postroom: CommandLine, words: tuple[str, ...]) -> None:
    answer = {"now": 5, "next_hour": {"count": 60}, "waiting": None}
    api.on("GET /v1/capacity", Reply(body=answer))

    result = postroom("capacity", *words)

    if words:
        assert json.loads(result.stdout) == answer
    else:
        assert [line.split() for line in result.stdout.splitlines()] == [["now", "5"], ["next_hour.count", "60"]]


def test_capacity_is_shown_of_some_accounts(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/capacity", Reply(body={"now": 5}))

    postroom("capacity", "--account", "acc_9", "--account", "acc_1")

    assert api.calls("GET /v1/capacity")[0].query == {"account_ids": "acc_9,acc_1"}


@pytest.mark.parametrize("account_ids", [[], ["acc_1", "acc_2"], [f"acc_{number}" for number in range(1000)]])
def test_capacity_is_shown_of_a_pool_whatever_is_in_it(
    api: PlayedApi, postroom: CommandLine, account_ids: list[str]
) -> None:
    api.on("GET /v1/capacity", Reply(body={"now": 5}))
    api.on("GET /v1/pools", listed(POOL | {"account_ids": account_ids}))

    postroom("capacity", "--pool", "News")

    assert api.calls("GET /v1/capacity")[0].query == {"pool_id": "pool_1"}


def test_capacity_is_not_shown_of_a_pool_and_accounts_together(api: PlayedApi, postroom: CommandLine) -> None:
    assert postroom("capacity", "--account", "acc_9", "--pool", "News").exit_code == 2
    assert api.asked == []


ENTRY = {
    "id": "aud_1",
    "at": "2030-01-31T12:00:00Z",
    "action": "account.changed",
    "target": "account/acc_1",
    "actor": {"key_id": "key_9", "role": "admin", "user_id": None, "source_ip": "192.0.2.7"},
    "before": {"daily_limit": 30, "revision": 1, "reply_to": "a@example.com"},
    "after": {"daily_limit": 50, "revision": 2, "password_changed": True},
}


def test_the_audit_log_is_listed_with_what_each_change_was(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/audit", listed(ENTRY))

    result = postroom("audit", "list", "--target", "account/acc_1", "--from", "2030-01-01", "--key-id", "key_9")

    told = " ".join(result.stdout.split())
    for words in ("account.changed", "account/acc_1", "key_9", "192.0.2.7", "daily_limit: 30 → 50"):
        assert words in told
    assert "reply_to: a@example.com → nothing" in told
    assert "revision" not in told
    [call] = api.calls("GET /v1/audit")
    assert call.query == {"limit": "50", "target": "account/acc_1", "from": "2030-01-01", "key_id": "key_9"}


def test_the_platforms_audit_log_is_its_own(api: PlayedApi, postroom: CommandLine) -> None:
    api.on("GET /v1/platform/audit", listed(ENTRY))

    result = postroom("audit", "list", "--platform", "--action", "account.changed", "--json")

    assert json.loads(result.stdout) == {"items": [ENTRY], "next_cursor": None}
