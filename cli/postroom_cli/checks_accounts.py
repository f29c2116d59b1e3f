"""The accounts: is there one to send from, does each pass what can be tried without sending, what is it near to."""

from collections.abc import Callable, Iterator

from postroom_cli.account_reading import trouble
from postroom_cli.account_tests import was_tested
from postroom_cli.checks import Point, ok, warning, wrong
from postroom_cli.checks_key import Rights
from postroom_cli.client import Client
from postroom_cli.document import Document
from postroom_cli.errors import NoRoute, Refused
from postroom_cli.paths import at
from postroom_cli.visible import local_time

_NEAR = 0.1
"""Of the limit: less is left."""


def check_accounts(api: Client, rights: Rights, tell: Callable[[str], None]) -> Iterator[Point]:
    accounts = list(api.each(at("accounts")))
    if not any(account.text("status") == "active" for account in accounts):
        yield wrong("Accounts", "none is active: nothing can be sent", "postroom accounts add, or resume one.")
    if rights is not Rights.ADMIN:
        yield warning("Accounts", "are not logged in to", "That needs the key of an admin.")
    for account in accounts:
        tell(f"Checking {account.text('email')}")
        points = [*_standing(account), *_stock(account)]
        if rights is Rights.ADMIN and account.text("status") == "active":
            points += _connection(api, account)
        yield from points or [ok(_name(account), "is well")]


def _standing(account: Document) -> Iterator[Point]:
    name, why = _name(account), trouble(account)
    match account.text("status"):
        case "error":
            yield wrong(name, f"is stopped: {why}", _new_credentials(account))
        case _ if account.part("oauth2").flag("connected") is False:
            yield warning(name, "its owner has not agreed that it sends (OAuth2)", _authorize(account))
        case "pending":
            yield warning(name, "was never tested", f"postroom accounts test --account-id {account.text('id')}")
        case "inactive":
            yield ok(name, "is paused")
        case _ if account.moment("rests_until"):
            yield warning(name, why, f"It tries again by itself, or at once: postroom accounts resume {name}")
    pipelining = account.part("pipelining")
    if pipelining.text("reason"):
        yield warning(
            name,
            f"is slower than it could be: {pipelining.text('reason')}",
            f"When its server is mended: postroom accounts resume {name}",
        )


def _stock(account: Document) -> Iterator[Point]:
    left = account.number("remaining")
    limit = account.part("limits").part("daily").number("effective") or account.number("daily_limit")
    resets = local_time(account.moment("resets_at"))
    if left is not None and limit and left < limit * _NEAR and account.text("status") == "active":
        found = f"has {left:g} of {limit:g} left until {resets}"
        yield warning(_name(account), found, "More accounts, or a higher limit if its provider allows it.")


def _new_credentials(account: Document) -> str:
    if account.part("oauth2"):
        return f"Its owner has to agree again: {_authorize(account)}"
    return f"Give it a new password: postroom accounts set {_name(account)} --password"


def _authorize(account: Document) -> str:
    return f"postroom accounts authorize {_name(account)}"


def _connection(api: Client, account: Document) -> Iterator[Point]:
    name = _name(account)
    try:
        outcome = api.post_once(at("accounts", account.text("id"), "test-connection"))
    except NoRoute as missing:
        yield warning(name, "its connection is not tested", missing.message)
    except Refused as refused:
        yield wrong(name, refused.message, f"postroom accounts show {name}")
    else:
        if outcome.flag("success"):
            yield ok(name, f"{outcome.text('message') or 'passes'}")
        elif not was_tested(outcome):
            yield warning(name, outcome.text("message"), f"Later: postroom accounts test --email {name}")
        else:
            yield wrong(name, outcome.text("message"), _remedy(outcome) or f"postroom accounts test --email {name}")


def _remedy(outcome: Document) -> str:
    return next((step.text("remedy") for step in outcome.parts("steps") if step.text("remedy")), "")


def _name(account: Document) -> str:
    return account.text("email")
