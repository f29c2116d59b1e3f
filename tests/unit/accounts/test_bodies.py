from dataclasses import replace

import pytest
from pydantic import ValidationError

from postroom.accounts.answers import AccountAnswer
from postroom.accounts.bodies import AccountBody, AccountChangeBody
from postroom.accounts.model import Account, AccountStatus, CredentialKind, Pipelining, PipeliningFault
from postroom.errors import Invalid
from tests.builders import a_config, an_account
from tests.fakes.time import NOON

GIVEN = {"email": "sales@example.com", "smtp_host": "smtp.example.com", "smtp_use_tls": True}


def answer(account: Account) -> AccountAnswer:
    return AccountAnswer.of(account, NOON)


def test_what_is_left_out_has_its_default() -> None:
    config = AccountBody.model_validate(GIVEN).config()

    assert config.status is AccountStatus.PENDING
    assert (config.max_connections, config.smtp_pipelining) == (10, Pipelining.AUTO)


@pytest.mark.parametrize(
    "wrong",
    [{"max_connections": 0}, {"max_connections": 101}, {"max_connections": True}, {"smtp_pipelining": "on"}],
)
def test_what_is_out_of_bounds_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AccountBody.model_validate(GIVEN | wrong)
    with pytest.raises(ValidationError):
        AccountChangeBody.model_validate(wrong)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"smtp_port": 65536}, {"smtp_port", "smtp_host", "daily_limit"}),
        ({"smtp_password": "********"}, {"smtp_password", "smtp_host", "daily_limit"}),
        ({"smtp_host": "https://smtp.gmail.com"}, {"smtp_host", "daily_limit"}),
        ({"daily_limit": -1}, {"daily_limit", "smtp_host"}),
        ({"smtp_port": 65536, "smtp_host": "localhost"}, {"smtp_port", "daily_limit"}),
        ({"smtp_use_tls": True, "smtp_use_ssl": True, "smtp_port": 587}, {"smtp_use_ssl", "smtp_host", "daily_limit"}),
        ({"unheard_of": 1}, {"unheard_of", "smtp_host", "daily_limit"}),
    ],
)
def test_what_contradicts_the_provider_is_told_beside_what_is_wrong_by_itself(
    wrong: dict[str, object], told: set[str]
) -> None:
    given = {"email": "ann@gmail.com", "connection_type": "gmail", "smtp_host": "smtp.example.com", "daily_limit": 501}

    assert fields_told(given | wrong) == told


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"connection_type": "gmail", "smtp_port": 465}, {"smtp_use_ssl": "yes"}),
        ({"connection_type": "gmail", "smtp_port": 465}, {"email": "ann"}),
        ({"connection_type": "ses", "smtp_use_ssl": False}, {"smtp_host": 5}),
        ({"smtp_host": "smtp.gmail.com", "credential": "oauth2"}, {"connection_type": "gmial"}),
    ],
)
def test_nothing_is_told_of_a_field_only_because_another_one_is_wrong(
    given: dict[str, object], wrong: dict[str, object]
) -> None:
    assert fields_told({"email": "ann@gmail.com"} | given | wrong) == wrong.keys()


def fields_told(given: dict[str, object]) -> set[str]:
    with pytest.raises(ValidationError) as refused:
        AccountBody.model_validate(given)
    fields = [str(error["loc"][0]) for error in refused.value.errors()]
    assert len(fields) == len(set(fields))
    return set(fields)


@pytest.mark.parametrize(
    "host",
    [
        *("999.1.1.1", "1.2.3.4:25", "10:25", "::::", "12345", "127.1", "1.2.3.4.", "0x7f.0x1", "0x", "mx.0x7f"),
        *("fe80::1%eth0", "[::1]", "smtp.example.com:25", "", ".", "a..b", "-a.example.com"),
    ],
)
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(ValidationError):
        AccountBody.model_validate(GIVEN | {"smtp_host": host})


@pytest.mark.parametrize(
    "host",
    ["smtp.example.com.", "1.2.3.4", "2001:db8::1", "::ffff:1.2.3.4", "mx", "4mail.4u.com", "xn--e1afmkfd.xn--p1ai"],
)
def test_names_and_addresses_are_hosts(host: str) -> None:
    assert AccountBody.model_validate(GIVEN | {"smtp_host": host}).smtp_host == host


def test_a_change_takes_what_it_names_and_leaves_the_rest() -> None:
    seen = a_config(max_connections=3, smtp_pipelining=Pipelining.OFF)

    assert AccountChangeBody.model_validate({"daily_limit": 9}).config(seen) == replace(seen, daily_limit=9)
    changed = AccountChangeBody.model_validate({"max_connections": 4, "smtp_pipelining": "auto"})
    assert changed.config(seen) == replace(seen, max_connections=4, smtp_pipelining=Pipelining.AUTO)


def test_the_owner_sees_whether_pipelining_is_in_use_and_why_it_is_not() -> None:
    failed = an_account(pipelining_fault=PipeliningFault(NOON, "503 5.5.1 out of order"))

    assert answer(an_account()).pipelining.model_dump() == {"in_use": True, "reason": None, "since": None}
    assert answer(failed).pipelining.model_dump() == {
        "in_use": False,
        "reason": "503 5.5.1 out of order",
        "since": NOON,
    }
    assert answer(failed).smtp_pipelining is Pipelining.AUTO
    assert not answer(an_account(smtp_pipelining=Pipelining.OFF)).pipelining.in_use


def test_a_changed_answer_can_be_sent_back_whole() -> None:
    shown = answer(an_account(secret_version="v", pipelining_fault=PipeliningFault(NOON, "503")))

    body = AccountChangeBody.model_validate(shown.model_dump(mode="json"))

    assert body.config(an_account().config) == an_account().config
    assert body.new_password is None


@pytest.mark.parametrize(
    ("seen", "given", "way"),
    [
        ("password", {"credential": "oauth2"}, "oauth2/authorize"),
        ("password", {"credential": "oauth2", "smtp_password": "secret"}, "oauth2/authorize"),
        ("oauth2", {"credential": "password"}, "smtp_password"),
        ("oauth2", {"credential": "password", "smtp_password": "********"}, "smtp_password"),
    ],
)
def test_a_credential_that_a_change_alone_cannot_bring_is_refused_with_the_way_to_it(
    seen: str, given: dict[str, str], way: str
) -> None:
    with pytest.raises(Invalid) as refused:
        AccountChangeBody.model_validate(given).config(a_config(credential=CredentialKind(seen)))

    [error] = refused.value.errors
    assert error.field == "credential"
    assert way in error.message


@pytest.mark.parametrize(
    ("seen", "given"),
    [("oauth2", {"credential": "oauth2"}), ("oauth2", {"credential": "password", "smtp_password": "secret"})],
)
def test_the_credential_that_is_there_or_comes_along_may_be_named(seen: str, given: dict[str, str]) -> None:
    config = a_config(credential=CredentialKind(seen))

    assert AccountChangeBody.model_validate(given).config(config) == config
