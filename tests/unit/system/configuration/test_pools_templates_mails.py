from datetime import timedelta
from typing import Any

import pytest

from postroom.accounts.model import AccountStatus
from postroom.mails.model import LIFETIMES, MailSettings
from postroom.system.configuration import mails, pools, templates
from postroom.system.configuration.mails import Mails
from postroom.system.configuration.pools import Pools
from postroom.system.configuration.templates import Templates
from postroom.templates.own.model import Template, Variant
from postroom.tokens.model import Purpose
from tests.builders import a_pool, a_template, an_account
from tests.fakes.checks import wrong

ACTIVE, PAUSED = an_account(id="acc_1"), an_account(id="acc_2", status=AccountStatus.INACTIVE)


@pytest.mark.parametrize(
    ("members", "told"),
    [
        (("acc_1",), None),
        (("acc_1", "acc_2"), None),
        ((), "pools_empty"),
        (("acc_2",), "pools_off"),
        (("acc_gone",), "pools_off"),
        (("acc_1", "acc_gone"), "pools_gone"),
    ],
)
def test_a_pool_needs_an_account_that_is_there_and_active(members: tuple[str, ...], told: str | None) -> None:
    found = wrong(pools.CHECKS, Pools((a_pool(*members),), (ACTIVE, PAUSED)))

    assert list(found) == ([told] if told else [])


def template(name: str, live: int | None, template_id: str = "tpl_1") -> Template:
    return a_template(template_id, variant=Variant(name, "de", "", template_id, live))


def test_a_template_in_place_of_a_built_in_one_that_was_never_published_is_told() -> None:
    some = (template("password_reset", None), template("password_reset", 1), template("newsletter", None))

    found = wrong(templates.CHECKS, Templates(some, {"password_reset"}, {}))

    assert list(found) == ["templates_published"]
    [(level, words)] = found["templates_published"]
    assert (level, words.startswith("password_reset de stands in for a built-in mail")) == ("warning", True)


def test_what_breaks_in_a_published_template_is_told_once_with_how_much_more() -> None:
    broken = {"tpl_1": ["A link leads nowhere", "An image has no address", "No body"], "tpl_2": []}
    some = (template("newsletter", 3), template("welcome", 1, "tpl_2"))

    found = wrong(templates.CHECKS, Templates(some, {"welcome"}, broken))

    assert found == {"templates_lint": [("warning", "newsletter de A link leads nowhere, and 2 more")]}


def checked(*origins: str, are_used: bool = True, local: bool = False, **changes: Any) -> list[str]:  # noqa: ANN401
    settings = MailSettings(origins=origins, **changes)
    return list(wrong(mails.CHECKS, Mails(settings, are_used, timedelta(days=20), local)))


def test_origins_are_missed_only_where_such_mails_are_sent() -> None:
    assert checked("https://app.acme.com") == []
    assert checked() == ["mails_origins"]
    assert checked(are_used=False) == []


def test_an_origin_in_clear_is_told_outside_local_mode() -> None:
    assert checked("https://app.acme.com", "http://app.acme.com") == ["mails_https"]
    assert checked("http://localhost:3000", local=True) == []


def test_a_link_that_outlives_its_mail_is_told() -> None:
    lifetimes = {**LIFETIMES, Purpose.INVITATION: timedelta(days=21)}

    assert checked("https://app.acme.com", lifetimes=lifetimes) == ["mails_lifetimes"]
