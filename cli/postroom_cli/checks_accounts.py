"""The accounts: is there one to send from, does each pass what can be tried without sending, what is it near to."""

from collections.abc import Callable, Iterator

from postroom_cli.account_reading import trouble
from postroom_cli.checks import Point, ok, warning, wrong
from postroom_cli.checks_key import Rights
from postroom_cli.client import Client
from postroom_cli.connection_tests import Tested, test_active, was_tested
from postroom_cli.document import Document
from postroom_cli.paths import at
from postroom_cli.visible import local_time

_NEAR = 0.1
"""Of the limit: less is left."""


def check_accounts(api: Client, rights: Rights, tell: Callable[[str], None]) -> Iterator[Point]:
    accounts = list(api.each(at("accounts")))
    active = sum(account.text("status") == "active" for account in accounts)
    if not active:
        yield wrong("Accounts", "none is active: nothing can be sent", "postroom accounts add, or resume one.")
    if rights is not Rights.ADMIN:
        yield warning("Accounts", "are not logged in to", "That needs the key of an admin.")
    tested = _tested(api, active, tell) if active and rights is Rights.ADMIN else Tested([])
    if tested.broken:
        yield wrong("Accounts", f"could not all be tested: {tested.broken.message}", tested.broken.remedy)
    outcomes = {outcome.text("account_id"): outcome for outcome in tested.outcomes}
    for account in accounts:
        outcome = outcomes.get(account.text("id"))
        points = [*_standing(account), *_stock(account), *([_connection(account, outcome)] if outcome else [])]
        # Of those that were not reached nothing is known.
        yield from points if points or tested.broken else [ok(_name(account), "is well")]


def _tested(api: Client, active: int, tell: Callable[[str], None]) -> Tested:
    done = 0

    def heard(more: int) -> None:
        nonlocal done
        done += more
        tell(f"Testing the accounts: {done} of {active}")

    heard(0)
    return test_active(api, heard)


def _standing(account: Document) -> Iterator[Point]:
    name, why = _name(account), trouble(account)
    match account.text("status"):
        case "error":
            yield wrong(name, f"is stopped: {why}", _new_credentials(account))
        case _ if account.part("oauth2").flag("connected") is False:
            yield warning(name, "its owner has not agreed that it sends (OAuth2)", _authorize(account))
        case "pending":
            yield warning(name, _untested(account), f"postroom accounts test --account-id {account.text('id')}")
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


def _untested(account: Document) -> str:
    failed = account.part("last_error").text("message")
    return f"has not passed a test: {failed}" if failed else "was never tested"


def _stock(account: Document) -> Iterator[Point]:
    left = account.number("remaining")
    limit = account.part("limits").part("daily").number("effective")
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


def _connection(account: Document, outcome: Document) -> Point:
    name, found = _name(account), outcome.text("message")
    if outcome.flag("success"):
        return ok(name, found)
    if not was_tested(outcome):
        return warning(name, found, f"Later: postroom accounts test --email {name}")
    return wrong(name, found, _remedy(outcome) or f"postroom accounts test --email {name}")


def _remedy(outcome: Document) -> str:
    return next((step.text("remedy") for step in outcome.parts("steps") if step.text("remedy")), "")


def _name(account: Document) -> str:
    return account.text("email")
