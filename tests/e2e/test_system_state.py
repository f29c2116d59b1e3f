"""The state of the system and its configuration, with things that are really not well."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from postroom.clock import to_milliseconds
from postroom.messages.keys import run_key
from postroom.system.configuration import deployment, queues
from tests.e2e.conftest import LiveStack
from tests.e2e.test_command_line import command_line
from tests.e2e.test_the_way_of_a_mail import finished, send, until

AN_HOUR = timedelta(hours=1)


def status_of(caller: httpx.Client) -> dict[str, Any]:
    answer = caller.get("/v1/system/status")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def problems_of(caller: httpx.Client) -> dict[str, str]:
    return {problem["code"]: problem["what"] for problem in status_of(caller)["problems"]}


def points_of(caller: httpx.Client) -> dict[str, list[dict[str, str]]]:
    answer = caller.get("/v1/system/config-check")
    assert answer.status_code == 200, answer.text
    points: dict[str, list[dict[str, str]]] = {}
    for point in answer.json()["points"]:
        points.setdefault(point["check"], []).append(point)
    return points


def key_of(tenant: httpx.Client) -> str:
    return tenant.headers["Authorization"].split()[1]


def test_all_parts_of_the_state_answer_with_the_rights_that_the_template_gives(
    stack: LiveStack, tenant: httpx.Client
) -> None:
    stack.new_account(key_of(tenant), "well@example.com", min_wait_time=0)
    for name in ("DueFunction", "DigestsFunction", "DailyResetFunction"):
        stack.aws("lambda").invoke(FunctionName=stack.outputs[name], Payload=b"{}")
    finished(tenant, send(tenant, to="ann.well@example.com"))

    until(lambda told: told["rates"]["tries"]["sent"] == 1, lambda: tenant.get("/v1/system/status"))
    told = status_of(tenant)

    assert told["unavailable"] == {}
    assert [queue["name"] for queue in told["queues"]] == ["high", "normal", "low", "mails", "imports", "jobs"]
    assert all(queue["visible"] is not None and queue["oldest_because"] for queue in told["queues"])
    assert [letters["queues"] for letters in told["dead_letters"]] == [
        ["high", "normal", "low"],
        ["mails"],
        ["imports"],
        ["jobs"],
    ]
    assert {schedule["name"]: schedule["late"] for schedule in told["schedules"]} == {
        "due": False,
        "digests": False,
        "daily_reset": False,
    }
    assert told["schedules"][0]["did"].keys() == {"seen_to", "refused"}
    assert (told["versions"]["stage"], told["versions"]["deployed_at"] is not None) == ("local", True)
    assert (told["accounts"]["by_status"]["active"], told["rates"]["accepted"]["count"]) == (1, 1)
    assert (told["capacity"]["now"] > 0, told["tenants"]) == (True, None)


def test_the_platform_sees_the_installation_and_nothing_of_a_tenant(stack: LiveStack, tenant: httpx.Client) -> None:
    stack.new_account(key_of(tenant), "unseen@example.com")

    with stack.caller(stack.platform_key) as platform:
        told = status_of(platform)
        areas = {point["area"] for points in points_of(platform).values() for point in points}

    assert told["unavailable"] == {}
    assert told["tenants"]["count"] >= 1
    assert (told["accounts"], told["capacity"], told["rates"]) == (None, None, None)
    assert areas == {"deployment", "keys"}


def test_a_dead_letter_is_a_problem_until_it_is_gone(stack: LiveStack, tenant: httpx.Client) -> None:
    stack.new_account(key_of(tenant), "letters@example.com")

    with a_dead_letter(stack):
        until(_tells_of("1 put aside of imports"), lambda: tenant.get("/v1/system/status"))

    until(lambda told: not _tells_of("put aside of imports")(told), lambda: tenant.get("/v1/system/status"))


def test_a_schedule_that_does_not_run_is_late_until_it_does(stack: LiveStack, tenant: httpx.Client) -> None:
    stack.new_account(key_of(tenant), "schedules@example.com")
    _last_ran(stack, "daily_reset", datetime.now(UTC) - AN_HOUR)

    late = problems_of(tenant)
    stack.aws("lambda").invoke(FunctionName=stack.outputs["DailyResetFunction"], Payload=b"{}")

    assert late["schedule_late"].startswith("daily_reset last ended at")
    assert "schedule_late" not in problems_of(tenant)


def test_a_stopped_account_is_a_problem_and_an_error_of_the_configuration(
    stack: LiveStack, tenant: httpx.Client
) -> None:
    stack.new_account(key_of(tenant), "refused@example.com", smtp_password="wrong", min_wait_time=0)
    assert finished(tenant, send(tenant, to="ann.refused@example.com"))["status"] == "deferred"

    told = status_of(tenant)
    points = points_of(tenant)

    assert (told["healthy"], told["accounts"]["by_status"]["error"], told["accounts"]["open_circuits"]) == (False, 1, 1)
    assert {"no_active_account", "accounts_stopped"} <= {problem["code"] for problem in told["problems"]}
    [stopped] = points["accounts_stopped"]
    assert (stopped["level"], stopped["subject"]) == ("error", "refused@example.com")
    assert "535" in stopped["found"]
    assert points["accounts_active"][0]["level"] == "error"


def test_a_secret_that_somebody_deleted_is_an_error(stack: LiveStack, tenant: httpx.Client) -> None:
    account = stack.new_account(key_of(tenant), "secret@example.com")
    assert points_of(tenant)["accounts_secret"][0]["level"] == "ok"

    secrets = stack.aws("secretsmanager")
    [name] = [
        secret["Name"]
        for page in secrets.get_paginator("list_secrets").paginate()
        for secret in page["SecretList"]
        if account["id"] in secret["Name"]
    ]
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)

    [point] = points_of(tenant)["accounts_secret"]
    assert (point["level"], point["subject"]) == ("error", "secret@example.com")
    assert point["remedy"].startswith("Give it a new smtp_password")


def test_the_deployment_as_the_template_makes_it_has_no_error(stack: LiveStack, tenant: httpx.Client) -> None:
    stack.new_account(key_of(tenant), "deployed@example.com")

    points = [point for each in points_of(tenant).values() for point in each if point["area"] == "deployment"]

    assert {point["check"] for point in points if point["level"] != "ok"} == set(), points
    assert len({point["check"] for point in points}) == len(deployment.CHECKS) + len(queues.CHECKS)


def test_a_queue_that_was_changed_by_hand_is_an_error(stack: LiveStack, tenant: httpx.Client) -> None:
    sqs, url = stack.aws("sqs"), stack.outputs["ImportsQueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "30"})
    try:
        [point] = points_of(tenant)["visibility"]
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "960"})

    assert (point["level"], point["subject"]) == ("error", "the queue imports")
    assert point["found"] == "hides a message for 30 s, but importer may take 900 s: two handle the same one"


def test_the_command_line_tells_both_and_fails_where_something_is_wrong(
    stack: LiveStack, tenant: httpx.Client, tmp_path: Path
) -> None:
    postroom = command_line(stack, key_of(tenant), tmp_path)

    status, check = postroom("status", "--json"), postroom("config", "check", "--no-accounts", "--json")

    assert (status.status, check.status) == (1, 1)
    assert "no_active_account" in {problem["code"] for problem in json.loads(status.out)["problems"]}
    found = {point["found"] for point in json.loads(check.out)["points"] if point["level"] == "wrong"}
    assert "There is none: nothing can be sent" in found


@contextmanager
def a_dead_letter(stack: LiveStack) -> Iterator[None]:
    """On the queue of imports', which no other test looks at."""
    sqs, url = stack.aws("sqs"), stack.outputs["ImportsQueueUrl"]
    policy = json.loads(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["RedrivePolicy"])
    dead = sqs.get_queue_url(QueueName=policy["deadLetterTargetArn"].rpartition(":")[2])["QueueUrl"]
    sqs.send_message(QueueUrl=dead, MessageBody="nobody can handle it")
    try:
        yield
    finally:
        sqs.purge_queue(QueueUrl=dead)


def _last_ran(stack: LiveStack, schedule: str, at: datetime) -> None:
    pk, sk = run_key(schedule)
    stack.aws("dynamodb").update_item(
        TableName=stack.outputs["MessagesTable"],
        Key={"pk": {"S": pk}, "sk": {"S": sk}},
        UpdateExpression="SET schedule = :name, began_ms = :at, ended_ms = :at, did = :nothing, #ttl = :later",
        ExpressionAttributeNames={"#ttl": "ttl"},
        ExpressionAttributeValues={
            ":name": {"S": schedule},
            ":at": {"N": str(to_milliseconds(at))},
            ":nothing": {"M": {}},
            ":later": {"N": str(int((at + 100 * AN_HOUR).timestamp()))},
        },
    )


def _tells_of(words: str) -> Callable[[Any], bool]:
    return lambda told: any(words in problem["what"] for problem in told["problems"])
