from datetime import timedelta
from typing import Any

import pytest

from postroom.accounts.model import Account, AccountStatus, ConnectionType, CredentialKind, LastError
from postroom.system.configuration.accounts import CHECKS, Accounts
from tests.builders import an_account
from tests.fakes.checks import wrong
from tests.fakes.time import NOON

WELL: dict[str, Any] = {"email": "sales@acme.com", "smtp_host": "smtp.acme.com", "secret_version": "v1"}


def checked(*accounts: Account, secrets: dict[str, bool] | None = None) -> dict[str, list[tuple[str, str]]]:
    return wrong(CHECKS, Accounts(accounts, secrets or {}, local=False, now=NOON))


def account(**changes: Any) -> Account:  # noqa: ANN401 - any field of it
    return an_account(**WELL | changes)


def test_an_account_as_it_should_be_is_well() -> None:
    assert checked(account(), secrets={"acc_1": True}) == {}


def test_no_account_and_none_that_is_active_are_errors() -> None:
    assert checked() == {"accounts_active": [("error", "accounts There is none: nothing can be sent")]}
    paused = checked(account(status=AccountStatus.INACTIVE))
    assert paused == {"accounts_active": [("error", "accounts None of 1 is active: nothing can be sent")]}


def test_a_stopped_account_is_told_with_what_its_server_said() -> None:
    stopped = account(id="acc_2", status=AccountStatus.ERROR, last_error=LastError(NOON, "auth", "535 no"))

    assert checked(account(), stopped) == {"accounts_stopped": [("error", "sales@acme.com was stopped: 535 no")]}


def test_an_account_that_waits_for_a_test_or_a_consent_is_told() -> None:
    untested = account(id="acc_2", status=AccountStatus.PENDING)
    failed = account(id="acc_3", status=AccountStatus.PENDING, last_error=LastError(NOON, "auth", "535 no"))
    unasked = account(id="acc_4", status=AccountStatus.PENDING, credential=CredentialKind.OAUTH2, secret_version=None)

    assert [words for _, words in checked(account(), untested, failed, unasked)["accounts_pending"]] == [
        "sales@acme.com is pending and was never tested",
        "sales@acme.com is pending and has not passed a test: 535 no",
        "sales@acme.com waits for its owner to agree that it sends",
    ]


def test_an_active_account_that_nobody_tried_is_told_and_one_that_has_sent_is_not() -> None:
    sent = account(id="acc_2", proven=0, last_success=NOON - timedelta(days=1))

    assert list(checked(account(proven=0), sent)) == ["accounts_tried"]
    assert len(checked(account(proven=0), sent)["accounts_tried"]) == 1


def test_a_limit_of_nothing_is_an_error_and_of_a_paused_account_none() -> None:
    paused = account(id="acc_2", daily_limit=0, status=AccountStatus.INACTIVE)

    assert list(checked(account(), paused)) == []
    assert checked(account(daily_limit=0))["accounts_limit"][0][0] == "error"


def test_a_share_for_high_priority_that_leaves_nothing_is_told() -> None:
    assert checked(account(high_priority_share=99, daily_limit=100)) == {}
    [(level, words)] = checked(account(high_priority_share=100))["accounts_reserve"]
    assert (level, words.endswith("(high_priority_share 100)")) == ("warning", True)


def test_what_contradicts_the_provider_is_told_by_its_field() -> None:
    gmail = account(connection_type=ConnectionType.GMAIL, smtp_host="smtp.gmail.com", smtp_port=25)

    words = [words for _, words in checked(gmail)["accounts_provider"]]

    assert any(one.startswith("sales@acme.com smtp_port: Google Workspace") for one in words), words


@pytest.mark.parametrize(
    ("email", "host", "may"),
    [
        ("ann@gmail.com", "smtp.acme.com", False),
        ("ann@gmail.com", "smtp.gmail.com", True),
        ("ann@hotmail.co.uk", "smtp-mail.outlook.com", True),
        ("ann@outlook.com", "smtp.gmail.com", False),
        ("ann@yahoo.de", "notyahoo.com", False),
        ("ann@yahoo.de", "smtp.mail.yahoo.com.", True),
        ("ann@acme.com", "smtp.gmail.com", True),
        ("ann@gmail.com", "127.0.0.1", True),
        ("ann@live.com.au", "smtp.acme.com", False),
        ("ann@msn.com", "smtp.office365.com", True),
        ("ann@live.acme.com", "smtp.acme.com", True),
        ("ann@outlook.acme.org", "mail.acme.org", True),
        ("ann@hotmail.shop.de", "smtp.shop.de", True),
        ("ann@yahoo.corp.example", "smtp.corp.example", True),
    ],
)
def test_a_sender_at_somebody_elses_domain_is_told(email: str, host: str, *, may: bool) -> None:
    assert ("accounts_sender" not in checked(account(email=email, smtp_host=host))) == may


def test_a_secret_that_is_gone_is_an_error_and_one_that_was_not_looked_for_none() -> None:
    other = account(id="acc_2", email="info@acme.com")

    assert checked(account(), other, secrets={"acc_1": False}) == {
        "accounts_secret": [
            ("error", "sales@acme.com its password or consent is not in Secrets Manager any more"),
        ]
    }
