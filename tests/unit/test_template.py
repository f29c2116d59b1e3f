"""What the template grants and keeps, where a mistake is seen on AWS alone."""

import json
from collections.abc import Mapping
from datetime import timedelta
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any

import pytest
from pynamodb.models import Model

from postroom.accounts.store import ROWS as ACCOUNTS_ROWS
from postroom.audit.entry_rows import ROWS as AUDIT_ROWS
from postroom.idempotency.store import IdempotencyRow
from postroom.jobs.rows import ROWS as JOBS_ROWS
from postroom.leases.model import MOST_CLAIMS
from postroom.mails.model import LIFETIMES
from postroom.mails.store import ROWS as MAILS_ROWS
from postroom.messages.rows import ROWS as MESSAGES_ROWS
from postroom.notices import keys as notice_keys
from postroom.notices.rows import ROWS as NOTICES_ROWS
from postroom.oauth2.store import ACCOUNTS_ROWS as TOKEN_ROWS
from postroom.oauth2.store import DIRECTORY_ROWS as CONSENT_ROWS
from postroom.pages.store import ROWS as PAGES_ROWS
from postroom.pools.store import ROWS as POOLS_ROWS
from postroom.system.store import ROWS as RUNS_ROWS
from postroom.templates.own.rows import ROWS as TEMPLATES_ROWS
from postroom.tenancy import keys
from postroom.tenancy.rates.store import ROWS as RATE_ROWS
from postroom.tenancy.store import ROWS as DIRECTORY_ROWS
from postroom.tokens.store import ROWS as LINK_TOKEN_ROWS
from postroom.users.imports.store import ROWS as IMPORTS_ROWS
from postroom.users.store import ROWS as USERS_ROWS
from tests.fakes.tables import template

TABLES = {
    "AccountsTable": (*ACCOUNTS_ROWS, *TOKEN_ROWS),
    "MessagesTable": (*MESSAGES_ROWS, *RUNS_ROWS, IdempotencyRow, *JOBS_ROWS),
    "DirectoryTable": (
        *DIRECTORY_ROWS,
        *RATE_ROWS,
        *CONSENT_ROWS,
        *LINK_TOKEN_ROWS,
        *USERS_ROWS,
        *MAILS_ROWS,
        *IMPORTS_ROWS,
        *PAGES_ROWS,
        *POOLS_ROWS,
        *TEMPLATES_ROWS,
        *AUDIT_ROWS,
    ),
    "NotificationsTable": NOTICES_ROWS,
}


ENTRIES = {
    "ForAllValues:StringLike": {"dynamodb:LeadingKeys": "T#*#AUDIT*"},
    "Null": {"dynamodb:LeadingKeys": "false"},
}


def statements(role: str) -> list[dict[str, Any]]:
    policies = template()["Resources"][role]["Properties"]["Policies"]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def test_a_sender_can_tell_content_that_is_gone_from_content_it_may_not_read() -> None:
    # Without s3:ListBucket the answer for a missing object is 403, and the message would be tried until it expires.
    [listing] = [statement for statement in statements("SenderRole") if "s3:ListBucket" in statement["Action"]]

    assert listing["Effect"] == "Allow"
    assert listing["Resource"] == {"Fn::GetAtt": ["ContentBucket", "Arn"]}
    assert listing["Condition"] == {"StringLikeIfExists": {"s3:prefix": "content/*"}}


@pytest.mark.parametrize(("table", "rows"), TABLES.items())
def test_a_table_lets_go_of_rows_that_have_an_end_and_of_no_others(table: str, rows: tuple[type[Model], ...]) -> None:
    declared = template()["Resources"][table]["Properties"].get("TimeToLiveSpecification")
    has_rows_that_end = any("ttl" in row.get_attributes() for row in rows)

    assert declared == ({"AttributeName": "ttl", "Enabled": True} if has_rows_that_end else None)


def resources(kind: str) -> dict[str, dict[str, Any]]:
    found: dict[str, Any] = template()["Resources"]
    return {name: part["Properties"] for name, part in found.items() if part["Type"] == kind}


def test_few_routes_ask_for_no_key() -> None:
    # Whoever adds another one has to say here why a stranger may come: with a state, or with a token, that proves it.
    routes = resources("AWS::ApiGatewayV2::Route").values()
    open_to_all = {route["RouteKey"] for route in routes if route["AuthorizationType"] != "CUSTOM"}

    assert open_to_all == {"GET /v1/oauth2/callback", "ANY /pages/preferences", "ANY /pages/less"}


def test_only_who_speaks_to_a_providermay_read_what_proves_us_to_it() -> None:
    readers = {
        role
        for role in resources("AWS::IAM::Role")
        for statement in statements(role)
        if "postroom-oauth2/" in str(statement["Resource"])
    }

    # The api function tests accounts, and renews their access tokens for it.
    assert readers == {"ApiRole", "OAuth2CallbackRole", "SenderRole"}


def test_who_takes_a_consentmay_read_no_secret_of_an_account() -> None:
    reading = [one for one in statements("OAuth2CallbackRole") if "secretsmanager:GetSecretValue" in one["Action"]]

    assert all("postroom-oauth2/" in str(statement["Resource"]) for statement in reading)


def test_the_secrets_of_this_installation_are_not_among_those_of_accounts() -> None:
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]
    own, of_accounts = (variables[name]["Fn::Sub"] for name in ("OAUTH2_SECRET_PREFIX", "SECRET_PREFIX"))

    assert not own.startswith(of_accounts.partition("/")[0] + "/")


def test_the_functions_know_the_time_zones_of_their_layer() -> None:
    zones = PurePosixPath(template()["Globals"]["Function"]["Environment"]["Variables"]["PYTHONTZPATH"])

    inside = zones.relative_to("/opt/python")
    package, *folder = inside.parts
    assert files(package).joinpath(*folder, "Europe", "Berlin").is_file()


def test_a_request_for_a_mail_is_tried_every_three_minutes_for_as_long_as_the_shortest_usual_link_lives() -> None:
    queue, function = (template()["Resources"][name]["Properties"] for name in ("MailsQueue", "MailsFunction"))
    each, tries = timedelta(seconds=queue["VisibilityTimeout"]), queue["RedrivePolicy"]["maxReceiveCount"]

    assert each == timedelta(minutes=3)
    assert each * tries == min(LIFETIMES.values())
    # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]


@pytest.mark.parametrize("name", ["ImportsQueue", "FanOutQueue"])
def test_work_is_given_up_before_its_queue_puts_it_aside(name: str) -> None:
    # Where the queue is first, the import or the job says that it runs, for ever.
    queue = template()["Resources"][name]["Properties"]

    assert queue["RedrivePolicy"]["maxReceiveCount"] >= MOST_CLAIMS + 2


def test_only_who_makes_and_who_sends_links_may_open_their_seals() -> None:
    # The api shows what is stored of messages, and must have nothing to open them with.
    readers = {
        role
        for role in resources("AWS::IAM::Role")
        for statement in statements(role)
        if "SealingSecret" in str(statement["Resource"]) and "secretsmanager:GetSecretValue" in statement["Action"]
    }
    looking = [one["Action"] for one in statements("ApiRole") if "SealingSecret" in str(one["Resource"])]

    assert readers == {"MailsRole", "SenderRole", "FanOutRole"}
    assert looking == ["secretsmanager:DescribeSecret"]


def test_the_sender_writes_of_what_users_were_told_how_many_alone() -> None:
    of_notifications = [one for one in statements("SenderRole") if "NotificationsTable" in str(one["Resource"])]
    [write] = [one for one in of_notifications if "dynamodb:PutItem" in one["Action"]]
    pattern = write["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]

    assert fnmatchcase(notice_keys.throttle_key("ten_a", "ann", "job_failed")[0], pattern)
    others = (
        notice_keys.notice_key("ten_a", "ann", "evt_1"),
        notice_keys.event_key("ten_a", "evt_1"),
        notice_keys.digest_key("ten_a", "dig_1"),
    )
    assert not any(fnmatchcase(partition, pattern) for partition, _ in others)


def test_who_shows_pages_to_strangers_writes_preferences_and_what_it_tells_of_them_alone() -> None:
    writing = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem")
    allowed = [one for one in statements("PagesRole") if one["Effect"] == "Allow"]
    [write] = [one for one in allowed if set(_listed(one["Action"])) & set(writing)]
    secrets = [one["Resource"] for one in allowed if "secretsmanager" in str(one["Action"])]
    patterns = write["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]

    assert write["Action"] == "dynamodb:PutItem"
    assert secrets == [{"Fn::GetAtt": ["LinksSecret", "Id"]}]
    written = (
        keys.preference_key("ten_a", "ann~job_failed"),
        keys.subscriber_key("ten_a", "job_failed", "ann~job_failed"),
        keys.user_settings_key("ten_a", "ann"),
        keys.audit_key("ten_a", "aud_1"),
    )
    others = (
        keys.revoked_links_key("ten_a", "ann"),
        keys.user_key("ten_a", "ann"),
        keys.preference_settings_key("ten_a"),
        keys.rate_key("ten_a"),
        keys.token_key("ten_a", "hash"),
    )
    for partition, _ in written:
        assert any(fnmatchcase(partition, pattern) for pattern in patterns)
    for partition, _ in others:
        assert not any(fnmatchcase(partition, pattern) for pattern in patterns)


def may_read(role: str, action: str, partition: str) -> bool:
    """By the leading keys of what is allowed; of other conditions there are none."""

    def holds(condition: Mapping[str, Mapping[str, Any]]) -> bool:
        known = {"ForAllValues:StringLike": True, "ForAllValues:StringNotLike": False}
        return all(
            any(fnmatchcase(partition, pattern) for pattern in _listed(keys["dynamodb:LeadingKeys"])) is known[operator]
            for operator, keys in condition.items()
        )

    directory = {"Fn::GetAtt": ["DirectoryTable", "Arn"]}
    about = [one for one in statements(role) if one["Effect"] == "Allow" and directory in _listed(one["Resource"])]
    return any(action in _listed(one["Action"]) and holds(one.get("Condition", {})) for one in about)


def test_who_shows_pages_to_strangers_reads_what_they_show_alone() -> None:
    found = (keys.user_key("ten_a", "ann"), keys.revoked_links_key("ten_a", "ann"), keys.tenant_key("ten_a"))
    listed = (
        keys.preference_key("ten_a", "ann~job_failed"),
        keys.user_settings_key("ten_a", "ann"),
        keys.preference_settings_key("ten_a"),
        keys.event_type_key("ten_a", "deploys"),
        keys.branding_key("ten_a"),
    )
    others = (
        keys.subscriber_key("ten_a", "job_failed", "ann~job_failed"),
        keys.user_email_key("ten_a", "ann@example.com"),
        keys.rate_key("ten_a"),
        keys.token_key("ten_a", "hash"),
        keys.cool_down_key("ten_a", "welcome", "hash"),
        keys.audit_key("ten_a", "aud_1"),
    )

    def read(action: str, keys: tuple[tuple[str, str], ...]) -> set[bool]:
        return {may_read("PagesRole", action, partition) for partition, _ in keys}

    assert read("dynamodb:GetItem", found + listed) == read("dynamodb:Query", listed) == {True}
    assert read("dynamodb:GetItem", others) == read("dynamodb:Query", others + found) == {False}
    assert not may_read("PagesRole", "dynamodb:Scan", keys.user_key("ten_a", "ann")[0])


def test_no_function_may_change_or_take_back_what_the_audit_log_has() -> None:
    writing = {"dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}
    directory = {"Fn::GetAtt": ["DirectoryTable", "Arn"]}
    for role in resources("AWS::IAM::Role"):
        about = [one for one in statements(role) if directory in _listed(one["Resource"])]
        allowed = {action for one in about if one["Effect"] == "Allow" for action in _listed(one["Action"])}
        denials = [one for one in about if one["Effect"] == "Deny"]
        denied = {action for one in denials for action in _listed(one["Action"])}

        assert not allowed & writing or denied >= writing or "dynamodb:*" in denied, role
        assert all(one["Condition"] == ENTRIES for one in denials), role


def test_the_keys_of_entries_are_those_that_the_roles_go_by() -> None:
    pattern = ENTRIES["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    of_entries = [
        keys.audit_key("ten_a", "aud_1"),
        keys.audit_target_key("ten_a", "pool/pool_1", "aud_1"),
        keys.audit_actor_key("platform", "key_1", "aud_1"),
        keys.audit_action_key("ten_a", "pool.changed", "aud_1"),
    ]
    others = [keys.user_key("ten_a", "ann"), keys.pool_key("ten_a", "pool_1"), keys.token_key("ten_a", "hash")]

    assert all(fnmatchcase(partition, pattern) for partition, _ in of_entries)
    assert not any(fnmatchcase(partition, pattern) for partition, _ in others)


def test_who_takes_events_in_writes_no_notice_and_no_digest() -> None:
    table = {"Fn::GetAtt": ["NotificationsTable", "Arn"]}
    writing = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}
    about = [one for one in statements("ApiRole") if table in _listed(one["Resource"])]
    [write] = [one for one in about if set(_listed(one["Action"])) & writing]
    patterns = write["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]

    assert write["Action"] == "dynamodb:PutItem"
    written = (notice_keys.event_key("ten_a", "evt_1"), notice_keys.dedupe_key("ten_a", "nightly"))
    others = (
        notice_keys.notice_key("ten_a", "ann", "evt_1"),
        notice_keys.throttle_key("ten_a", "ann", "job_failed"),
        notice_keys.digest_key("ten_a", "dig_1"),
        notice_keys.plan_key("ten_a", "dig_1"),
    )
    assert all(any(fnmatchcase(partition, pattern) for pattern in patterns) for partition, _ in written)
    assert not any(fnmatchcase(partition, pattern) for partition, _ in others for pattern in patterns)


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - one or several, as IAM takes both
    return value if isinstance(value, list) else [value]


def test_the_access_log_has_nothing_that_a_caller_wrote() -> None:
    [stage] = (part for part in template()["Resources"].values() if part["Type"] == "AWS::ApiGatewayV2::Stage")
    line = json.loads(stage["Properties"]["AccessLogSettings"]["Format"])

    assert {name for name in line.values() if not name.startswith("$context.authorizer.")} == {
        "$context.requestId",
        "$context.httpMethod",
        "$context.routeKey",
        "$context.status",
        "$context.responseLatency",
        "$context.error.message",
    }
