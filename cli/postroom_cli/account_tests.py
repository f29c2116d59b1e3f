"""``postroom accounts test``: whether mail can go, and what is in its way."""

from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from postroom_cli.account_reading import trouble
from postroom_cli.connection_tests import Tested, test_active, was_tested
from postroom_cli.desk import Desk, command
from postroom_cli.document import Document
from postroom_cli.errors import Bad, Usage
from postroom_cli.following import Follow, standing, was_sent
from postroom_cli.mailboxes import find
from postroom_cli.paths import at
from postroom_cli.resetting import AccountId, Email
from postroom_cli.tables import Cell, Rows, status
from postroom_cli.visible import shown

SendTo = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Also send a mail there, and follow it.")]
Timeout = Annotated[float, typer.Option(min=1, help="Seconds to follow a mail.")]


def register(app: typer.Typer) -> None:
    command(app, "test")(try_accounts)


def try_accounts(
    desk: Desk, account_id: AccountId = None, email: Email = None, send_to: SendTo = None, timeout: Timeout = 120
) -> None:
    """Test all active accounts, or one: name, connection, TLS, log-in, and a mail with --send-to."""
    if account_id and email:
        raise Usage("Give --account-id or --email, not both")
    named = account_id or email
    tested, stopped = (_test_one(desk, find(desk.api, named)), 0) if named else _test_active(desk)
    outcomes = tested.outcomes
    if tested.broken:
        if outcomes:
            _show(desk, outcomes)
        raise tested.broken
    if send_to:
        outcomes = _send_each(desk, outcomes, send_to, timeout)
    _show(desk, outcomes)
    failed = sum(not outcome.flag("success") for outcome in outcomes)
    if failed or stopped:
        passed_over = f", {stopped} stopped and not tested" if stopped else ""
        raise Bad(f"{failed} of {len(outcomes)} did not pass{passed_over}")


def _test_one(desk: Desk, account: Document) -> Tested:
    with desk.terminal.progress(f"Testing {account.text('email')}", None):
        return Tested([desk.api.post_once(at("accounts", account.text("id"), "test-connection"))])


def _test_active(desk: Desk) -> tuple[Tested, int]:
    """And how many are stopped."""
    accounts = list(desk.api.each(at("accounts")))
    active = sum(account.text("status") == "active" for account in accounts)
    with desk.terminal.progress("Testing", active) as steps:
        tested = test_active(desk.api, steps.done)
    for account in accounts:
        _tell_untested(desk, account)
    return tested, sum(account.text("status") == "error" for account in accounts)


def _tell_untested(desk: Desk, account: Document) -> None:
    state = account.text("status")
    words = f"Not tested, since it is {state}: {account.text('email')} (--account-id {account.text('id')})"
    if state == "error":
        desk.terminal.warn([words, *filter(None, [trouble(account)])])
    elif state == "pending":
        desk.terminal.say(words)


def _send_each(desk: Desk, outcomes: list[Document], address: str, seconds: float) -> list[Document]:
    with desk.terminal.progress("Sending", len(outcomes)) as steps:

        def sent(outcome: Document) -> Document:
            steps.now(f"Sending by {outcome.text('account_email')}")
            found = _with_mail(desk, outcome, address, seconds, steps.now) if outcome.flag("success") else outcome
            steps.done()
            return found

        return [sent(outcome) for outcome in outcomes]


def _with_mail(desk: Desk, outcome: Document, address: str, seconds: float, tell: Callable[[str], None]) -> Document:
    path = at("accounts", outcome.text("account_id"), "test-email")
    accepted = desk.api.create(path, {"recipient_email": address})
    message = Follow(desk, seconds)(accepted.text("id"), lambda heard: tell(standing(heard)))
    success = was_sent(message)
    words = f"{outcome.text('message')}; a mail to {address} was sent" if success else f"mail: {standing(message)}"
    return Document({**outcome.values, "test_email": message.values, "success": success, "message": words})


def _show(desk: Desk, outcomes: list[Document]) -> None:
    seen = [one for one in outcomes if not (desk.terminal.quiet and one.flag("success"))]
    rows: list[list[Cell]] = [_row(outcome) for outcome in seen]
    faults = [_fault(outcome) for outcome in seen if not outcome.flag("success")]
    if seen or desk.terminal.as_json:
        document = {"items": [outcome.values for outcome in outcomes]}
        desk.terminal.show_always(Group(Rows(("", "account", "result"), rows, keep=2), *faults), document)
    elif not outcomes:
        desk.terminal.say("There is no active account.")


def _row(outcome: Document) -> list[Cell]:
    return [
        status(_word(outcome)),
        outcome.text("account_email"),
        outcome.text("message"),
    ]


def _word(outcome: Document) -> str:
    return "ok" if outcome.flag("success") else "failed" if was_tested(outcome) else "untested"


def _fault(outcome: Document) -> RenderableType:
    """The steps up to the one that failed, and what mends it; those after it were not tried."""
    lines = [Text(""), shown(outcome.text("account_email"), "bold")]
    for step in outcome.parts("steps"):
        passed = step.flag("ok")
        if passed is None:
            continue
        lines.append(Text.assemble("  ", status("ok" if passed else "failed"), "  ", shown(_told(step))))
        if not passed:
            lines += [shown(f"    {step.text(name)}") for name in ("cause", "remedy") if step.text(name)]
    return Group(*lines)


def _told(step: Document) -> str:
    return ": ".join(filter(None, (step.text("name"), step.text("detail"))))
