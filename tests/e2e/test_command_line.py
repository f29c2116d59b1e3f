"""``postroom`` against the deployed stack, as a person or cron would run it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.catcher.smtp import PASSWORD, USERNAME
from local.place import ROOT
from tests.e2e.conftest import LiveStack

_TIMEOUT_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:  # noqa: ANN401 - JSON
        assert self.status == 0, self.err
        return json.loads(self.out)


CommandLine = Callable[..., Ran]


def command_line(stack: LiveStack, key: str, home: Path) -> CommandLine:
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(ROOT / "cli"),
        "POSTROOM_API": stack.place.api_url,
        "POSTROOM_KEY": key,
    }

    def run(*words: str, given: str = "") -> Ran:
        ended = subprocess.run(
            [sys.executable, "-m", "postroom_cli", *words],
            input=given,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT_SECONDS,
        )
        assert key not in ended.stdout + ended.stderr
        return Ran(ended.returncode, ended.stdout, ended.stderr)

    return run


@pytest.fixture
def postroom(stack: LiveStack, tmp_path: Path, request: pytest.FixtureRequest) -> CommandLine:
    """With the admin key of a new tenant."""
    return command_line(stack, stack.new_tenant(request.node.name[:60]), tmp_path)


def add_account(stack: LiveStack, postroom: CommandLine, email: str) -> dict[str, Any]:
    added: dict[str, Any] = postroom(
        *("accounts", "add", email, "--host", "localhost", "--port", str(stack.place.smtp_port), "--tls", "starttls"),
        *("--username", USERNAME, "--status", "active", "--daily-limit", "20", "--password-stdin", "--json"),
        given=PASSWORD,
    ).document
    return added


def test_a_mailbox_is_added_and_a_mail_sent_and_followed(stack: LiveStack, postroom: CommandLine) -> None:
    account = add_account(stack, postroom, "typed@example.com")

    sent = postroom(
        *("send", "--to", "Ann <ann.typed@example.com>", "--subject", "Typed [bold]in[/bold]", "--priority", "high"),
        *("--metadata", "from=terminal", "--wait", "--json"),
        given="It was typed.\n",
    ).document

    [caught] = stack.mailbox.wait_for(lambda mail: "ann.typed@example.com" in mail.rcpt_tos)
    assert b"It was typed." in caught.raw
    assert (sent["status"], sent["account_id"], sent["metadata"]) == ("sent", account["id"], {"from": "terminal"})
    assert "Typed [bold]in[/bold]" in postroom("messages", "list").out
    assert json.loads(postroom("messages", "tail", "--json").out)["id"] == sent["id"]
    assert "sent" in postroom("messages", "show", sent["id"]).out
    [listed] = postroom("accounts", "list", "--json").document["items"]
    assert (listed["emails_sent"], listed["smtp_password"]) == (1, "********")
    assert postroom("accounts", "usage", "typed@example.com", "--json").document["items"][0]["sent"] == 1


def test_a_mailbox_is_changed_paused_reset_and_deleted(stack: LiveStack, postroom: CommandLine) -> None:
    account = add_account(stack, postroom, "changed@example.com")

    changed = postroom("accounts", "set", account["id"], "--daily-limit", "7", "--json").document
    paused = postroom("accounts", "pause", "changed@example.com", "--json").document
    resumed = postroom("accounts", "resume", "changed@example.com", "--json").document
    reset = postroom("accounts", "reset", "--all", "--json").document
    deleted = postroom("accounts", "delete", account["id"], "--yes")

    assert (changed["daily_limit"], paused["status"], resumed["status"]) == (7, "inactive", "active")
    assert [one["id"] for one in reset["items"]] == [account["id"]]
    assert deleted.status == 0
    assert postroom("accounts", "list", "--json").document == {"items": []}


def test_all_mailboxes_are_checked_and_those_of_a_pool_are_counted(stack: LiveStack, postroom: CommandLine) -> None:
    ann, bob = (add_account(stack, postroom, f"{name}.counted@example.com") for name in ("ann", "bob"))
    postroom("pools", "create", "counted", "--account", ann["id"])
    postroom(
        "send", "--to", "you.counted@example.com", "--subject", "One", "--text", "x", "--pool", "counted", "--wait"
    )

    checked = postroom("config", "check", "--json").document["points"]
    usage = postroom("accounts", "usage", "ann.counted@example.com")
    capacity = postroom("capacity", "--pool", "counted", "--json").document

    levels = {point["subject"]: point["level"] for point in checked}
    assert (levels[ann["email"]], levels[bob["email"]]) == ("ok", "ok")
    header, today, *_ = (line.split() for line in usage.out.splitlines())
    assert (header, today[1:]) == (["day", "used", "sent", "failed", "deferred"], ["1", "1", "0", "0"])
    assert [one["account_id"] for one in capacity["accounts"]] == [ann["id"]]


def test_what_is_refused_is_told_by_its_fields(postroom: CommandLine) -> None:
    refused = postroom("send", "--to", "no address", "--subject", "Hello", "--text", "x", "--priority", "soon")

    assert (refused.status, refused.out) == (3, "")
    assert "  to.0: " in refused.err
    assert "  priority: " in refused.err


def test_the_same_idempotency_key_sends_once(stack: LiveStack, postroom: CommandLine) -> None:
    add_account(stack, postroom, "once@example.com")
    words = ("send", "--to", "ann@example.com", "--subject", "Once", "--text", "x", "--idempotency-key", "k1", "--json")

    assert postroom(*words).document["id"] == postroom(*words).document["id"]
    assert len(postroom("messages", "list", "--json").document["items"]) == 1


@pytest.mark.parametrize("role", ["admin", "operator", "viewer"])
def test_a_key_is_issued_found_out_and_revoked(
    stack: LiveStack, postroom: CommandLine, tmp_path: Path, role: str
) -> None:
    issued = postroom("keys", "issue", "--name", "typed", "--role", role, "--json").document
    another = postroom("keys", "issue", "--name", "another", "--role", "admin", "--json").document
    stack.new_account(another["key"], "keyed@example.com")
    holder = command_line(stack, issued["key"], tmp_path)

    before = holder("config", "check", "--no-accounts")
    postroom("keys", "revoke", issued["id"], "--yes")
    after = holder("config", "check", "--no-accounts")

    assert before.status == 0, before.err
    assert f"is valid: {role} of the tenant ten_" in before.out
    assert (after.status, "is not valid here" in after.out) == (1, True)


def test_the_platform_makes_a_tenant_whose_key_works(stack: LiveStack, tmp_path: Path) -> None:
    platform = command_line(stack, stack.platform_key, tmp_path)

    made = platform("tenants", "create", "Typed")
    tenant = command_line(stack, made.out.strip(), tmp_path)

    assert "is valid: platform" in platform("config", "check").out
    assert "Typed" in platform("tenants", "list").out
    assert tenant("keys", "list", "--json").document["items"][0]["role"] == "admin"


def test_without_a_mailbox_the_check_says_that_nothing_can_be_sent(postroom: CommandLine) -> None:
    checked = postroom("config", "check")

    assert checked.status == 1
    assert "none is active: nothing can be sent" in checked.out


def test_accounts_are_tested_with_a_mail_and_a_wrong_password_is_told(stack: LiveStack, postroom: CommandLine) -> None:
    add_account(stack, postroom, "tested@example.com")
    well = postroom("accounts", "test", "--send-to", "you.tested@example.com")
    checked = postroom("config", "check")
    wrong = postroom(
        *("accounts", "add", "wrong@example.com", "--host", "localhost", "--port", str(stack.place.smtp_port)),
        *("--tls", "starttls", "--username", USERNAME, "--password-stdin", "--json"),
        given="wrong",
    ).document
    ill = postroom("accounts", "test", "--email", "wrong@example.com")

    assert well.status == 0, well.out + well.err
    assert len(stack.mailbox.wait_for(lambda mail: "you.tested@example.com" in mail.rcpt_tos)) == 1
    assert checked.status == 0, checked.out
    assert wrong["status"] == "pending"
    assert ill.status == 1
    assert "535" in ill.out


def test_what_can_be_sent_and_why_a_message_waits_is_told(stack: LiveStack, postroom: CommandLine) -> None:
    account = add_account(stack, postroom, "roomy@example.com")
    postroom("accounts", "pause", "roomy@example.com")
    paused = postroom("capacity", "--json").document
    words = ("send", "--to", "waits@example.com", "--subject", "Waits", "--text", "x", "--account", account["id"])
    sent = postroom(*words, "--priority", "high", "--json").document

    explained = postroom("messages", "explain", sent["id"], "--json").document
    postroom("accounts", "resume", "roomy@example.com")
    resumed = postroom("capacity", "--account", "roomy@example.com", "--json").document

    assert paused["now"] == 0 < resumed["now"]
    assert "roomy@example.com is inactive until its owner resumes it" in explained["summary"]
    assert len(stack.mailbox.wait_for(lambda mail: "waits@example.com" in mail.rcpt_tos)) == 1


def test_the_known_providers_are_listed(postroom: CommandLine) -> None:
    listed = {one["id"]: one for one in postroom("accounts", "presets", "--json").document["items"]}

    assert listed["yahoo_japan"]["hosts"] == ["smtp.mail.yahoo.co.jp"]
    assert listed["microsoft_365"]["limits"]["pace"]["count"] == 30
    assert "smtp.gmail.com" in postroom("accounts", "presets").out
