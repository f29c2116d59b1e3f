"""What is known of the providers, and what becomes of an account that names one."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from postroom.accounts.bodies import AccountBody, AccountChangeBody
from postroom.accounts.fields import HOST
from postroom.accounts.model import AccountConfig, ConnectionType, CredentialKind, QuotaUnit, QuotaWindow
from postroom.accounts.presets import REGION, Tls
from postroom.accounts.providers import PRESETS, READ_ON, preset_for
from postroom.accounts.rules import check_connection
from tests.builders import a_config

LOGS_IN = {"smtp_use_tls": True, "smtp_username": "ann"}
SES_HOST = "email-smtp.eu-west-1.amazonaws.com"


def created(**given: Any) -> AccountConfig:  # noqa: ANN401 - JSON
    return AccountBody.model_validate({"email": "ann@gmail.com"} | given).config()


def changed(seen: AccountConfig, **given: Any) -> AccountConfig:  # noqa: ANN401 - JSON
    return AccountChangeBody.model_validate(given).config(seen)


def wrong_fields(config: AccountConfig, *, local: bool = False) -> set[str]:
    return {error.field for error in check_connection(config, has_password=True, local=local)}


def connection(config: AccountConfig) -> tuple[object, ...]:
    return config.smtp_host, config.smtp_port, config.smtp_use_tls, config.smtp_use_ssl, config.smtp_username


# The data


def test_every_type_of_connection_has_one_preset_for_all_addresses() -> None:
    for kind in ConnectionType:
        of_all = [preset for preset in PRESETS if preset.connection_type is kind and not preset.domains]

        assert len(of_all) == 1, kind


def test_each_preset_has_a_name_of_its_own_and_says_something_to_its_user() -> None:
    assert len({preset.id for preset in PRESETS}) == len(PRESETS)
    assert all(preset.name and preset.advice for preset in PRESETS)


def test_every_figure_says_where_it_was_read_or_that_it_was_not() -> None:
    figures = [
        figure
        for preset in PRESETS
        for figure in (preset.daily, preset.pace, preset.recipients, preset.connections, preset.message_bytes)
        if figure is not None
    ]

    assert len(figures) > 20
    assert all(figure.source.url.startswith("https://") for figure in figures)
    assert {figure.source.read_on for figure in figures} == {READ_ON, None}
    for figure in figures:
        assert figure.source.note.startswith("not read; ") is (figure.source.read_on is None), figure


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_the_hosts_of_a_preset_are_hosts_and_its_ports_are_encrypted(preset: Any) -> None:  # noqa: ANN401
    assert all(HOST.fullmatch(host.replace(REGION, "eu-west-1")) for host in preset.hosts)
    assert bool(preset.hosts) is bool(preset.ports)
    assert all(0 < port < 65536 for port in preset.ports or {})
    assert set((preset.ports or {}).values()) <= set(Tls)


@pytest.mark.parametrize(
    ("kind", "email", "expected"),
    [
        ("gmail", "ann@gmail.com", "gmail"),
        ("gmail", "ann@GoogleMail.com", "gmail"),
        ("gmail", "ann@example.com", "google_workspace"),
        ("gmail", "ann@notgmail.com", "google_workspace"),
        ("gmail", "ann@gmail.com.example.com", "google_workspace"),
        ("outlook", "ann@outlook.com", "outlook"),
        ("outlook", "ann@hotmail.co.uk", "outlook"),
        ("outlook", "ann@live.nl", "outlook"),
        ("outlook", "ann@msn.com", "outlook"),
        ("outlook", "ann@live.example.com", "microsoft_365"),
        ("outlook", "ann@contoso.com", "microsoft_365"),
        ("yahoo", "ann@yahoo.com", "yahoo"),
        ("yahoo", "ann@yahoo.co.uk", "yahoo"),
        ("yahoo", "ann@yahoo.co.jp", "yahoo_japan"),
        ("yahoo", "ann@yahoo.ne.jp", "yahoo_japan"),
        ("zoho", "ann@zohomail.eu", "zoho"),
        ("zoho", "ann@zohomailcloud.ca", "zoho"),
        ("zoho", "ann@example.com", "zoho_organisation"),
        ("ses", "ann@example.com", "ses"),
        ("imap/smtp", "ann@gmail.com", "custom"),
    ],
)
def test_the_address_tells_a_private_account_from_an_organisations(kind: str, email: str, expected: str) -> None:
    assert preset_for(ConnectionType(kind), email).id == expected


def test_who_can_only_log_in_with_oauth2_is_known() -> None:
    only = {preset.id for preset in PRESETS if preset.signs_in_with == (CredentialKind.OAUTH2,)}

    assert only == {"outlook"}


# What it fills in


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"connection_type": "gmail"}, ("smtp.gmail.com", 587, True, False, "ann@gmail.com")),
        (
            {"connection_type": "outlook", "email": "a@contoso.com"},
            ("smtp.office365.com", 587, True, False, "a@contoso.com"),
        ),
        (
            {"connection_type": "outlook", "email": "a@hotmail.com", "credential": "oauth2"},
            ("smtp-mail.outlook.com", 587, True, False, "a@hotmail.com"),
        ),
        (
            {"connection_type": "yahoo", "email": "a@yahoo.com"},
            ("smtp.mail.yahoo.com", 465, False, True, "a@yahoo.com"),
        ),
        (
            {"connection_type": "zoho", "email": "a@example.com"},
            ("smtppro.zoho.com", 465, False, True, "a@example.com"),
        ),
        (
            {"connection_type": "ses", "smtp_host": SES_HOST, "smtp_username": "AKIA"},
            (SES_HOST, 587, True, False, "AKIA"),
        ),
    ],
)
def test_a_type_of_connection_is_enough(given: dict[str, Any], expected: tuple[object, ...]) -> None:
    config = created(**given)

    assert connection(config) == expected
    assert wrong_fields(config) == set()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"smtp_port": 465}, ("smtp.gmail.com", 465, False, True, "ann@gmail.com")),
        ({"smtp_use_ssl": True}, ("smtp.gmail.com", 465, False, True, "ann@gmail.com")),
        ({"smtp_use_tls": True}, ("smtp.gmail.com", 587, True, False, "ann@gmail.com")),
        ({"smtp_username": "other@gmail.com"}, ("smtp.gmail.com", 587, True, False, "other@gmail.com")),
        ({"smtp_username": None}, ("smtp.gmail.com", 587, True, False, "ann@gmail.com")),
        ({"smtp_host": "SMTP.gmail.com."}, ("SMTP.gmail.com.", 587, True, False, "ann@gmail.com")),
    ],
)
def test_what_the_owner_says_stands(given: dict[str, Any], expected: tuple[object, ...]) -> None:
    config = created(connection_type="gmail", **given)

    assert connection(config) == expected
    assert wrong_fields(config) == set()


def test_the_limits_are_those_of_the_provider_where_it_has_said_them() -> None:
    gmail, microsoft = created(connection_type="gmail"), created(connection_type="outlook", email="a@contoso.com")

    assert (gmail.quota_window, gmail.min_wait_time, gmail.max_connections) == (QuotaWindow.ROLLING_24H, 1.0, 10)
    assert (microsoft.quota_window, microsoft.min_wait_time, microsoft.max_connections) == (
        QuotaWindow.ROLLING_24H,
        2.0,
        3,
    )
    assert gmail.quota_unit is microsoft.quota_unit is QuotaUnit.RECIPIENTS
    assert gmail.daily_limit == microsoft.daily_limit == 30


def test_the_owners_own_limits_stand() -> None:
    config = created(
        connection_type="outlook",
        email="a@contoso.com",
        daily_limit=900,
        min_wait_time=5,
        max_connections=1,
    )

    assert (config.daily_limit, config.min_wait_time, config.max_connections) == (900, 5, 1)


def test_another_server_gets_nothing_but_the_defaults() -> None:
    config = created(smtp_host="mail.example.com", smtp_use_tls=True, smtp_username="u")

    assert connection(config) == ("mail.example.com", 587, True, False, "u")
    assert (config.quota_window, config.min_wait_time, config.max_connections) == (QuotaWindow.CALENDAR_DAY, 1.0, 10)


def test_the_pace_never_passes_what_the_provider_takes() -> None:
    for preset in PRESETS:
        if preset.pace:
            assert preset.pace.spacing * preset.pace.count >= preset.pace.per - timedelta(milliseconds=1)
        if preset.pace and preset.daily and preset.daily.count:
            assert preset.daily.count <= preset.pace.count * (timedelta(days=1) / preset.pace.per)


@pytest.mark.parametrize("given", [{}, {"connection_type": "custom"}, {"connection_type": "ses"}, {"smtp_host": None}])
def test_a_host_is_needed_where_the_provider_has_none_for_all(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        created(**given)

    assert [error["loc"] for error in refused.value.errors()] == [("smtp_host",)]
    if given.get("connection_type") == "ses":
        assert "email-smtp.<region>.amazonaws.com" in str(refused.value)


@pytest.mark.parametrize("unknown", ["aol", 7, [], {}, ["gmail"]])
def test_an_unknown_type_is_said_once(unknown: object) -> None:
    with pytest.raises(ValidationError) as refused:
        created(connection_type=unknown)

    assert [error["loc"] for error in refused.value.errors()] == [("connection_type",)]


# What it refuses


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"smtp_host": "smtp.example.com"} | LOGS_IN, {"smtp_host"}),
        ({"smtp_host": "smtp.example.com"}, {"smtp_host"}),
        ({"smtp_host": "smtp.gmail.com.example.com"} | LOGS_IN, {"smtp_host"}),
        ({"smtp_port": 25}, {"smtp_port"}),
        ({"smtp_use_tls": False}, {"smtp_use_tls"}),
        ({"smtp_port": 587, "smtp_use_ssl": True, "smtp_use_tls": False}, {"smtp_use_ssl"}),
        ({"smtp_port": 465, "smtp_use_tls": True, "smtp_use_ssl": False}, {"smtp_use_ssl"}),
        ({"smtp_port": 587, "smtp_use_ssl": True}, {"smtp_use_ssl"}),
        ({"daily_limit": 501}, {"daily_limit"}),
        ({"quota_unit": "messages"}, {"quota_unit"}),
        ({"quota_window": "calendar_day"}, {"quota_window"}),
        (
            {"smtp_host": "smtp.office365.com", "smtp_port": 2525, "daily_limit": 900} | LOGS_IN,
            {"smtp_host", "smtp_port", "daily_limit"},
        ),
    ],
)
def test_a_field_that_contradicts_the_preset_is_named(given: dict[str, Any], wrong: set[str]) -> None:
    config = created(connection_type="gmail", **given)

    assert wrong_fields(config) == wrong


def test_the_refusal_says_what_the_preset_wants() -> None:
    config = created(connection_type="gmail", smtp_port=25, smtp_host="smtp.example.com", daily_limit=2000)

    said = {error.field: error.message for error in check_connection(config, has_password=True, local=False)}

    assert "smtp.gmail.com" in said["smtp_host"]
    assert said["smtp_port"] == "Gmail takes mail on port 587 with smtp_use_tls or port 465 with smtp_use_ssl"
    assert said["daily_limit"] == "Gmail allows 500 recipients in 24 hours"


@pytest.mark.parametrize(
    ("given", "has"),
    [
        ({"connection_type": "outlook", "email": "a@hotmail.com"}, "Outlook.com logs in with oauth2"),
        ({"connection_type": "yahoo", "credential": "oauth2"}, "Yahoo logs in with password"),
        ({"connection_type": "ses", "smtp_host": SES_HOST, "credential": "oauth2"}, "Amazon SES logs in with password"),
        ({"smtp_host": "mx.example.com", "credential": "oauth2"} | LOGS_IN, "Another server logs in with password"),
    ],
)
def test_a_credential_that_the_provider_does_not_take_is_refused(given: dict[str, Any], has: str) -> None:
    said = {error.field: error.message for error in check_connection(created(**given), has_password=True, local=False)}

    assert said["credential"] == has


@pytest.mark.parametrize("credential", CredentialKind)
def test_who_takes_both_credentials_takes_either(credential: str) -> None:
    assert wrong_fields(created(connection_type="gmail", credential=credential)) == set()


def test_who_counts_more_strictly_than_the_provider_may() -> None:
    zoho = created(connection_type="zoho", email="a@example.com", quota_unit="recipients", quota_window="rolling_24h")

    assert wrong_fields(zoho) == set()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"smtp_port": 465, "smtp_use_tls": True}, "Gmail wants smtp_use_ssl on port 465"),
        ({"smtp_port": 587, "smtp_use_ssl": True}, "Gmail wants smtp_use_tls on port 587"),
    ],
)
def test_who_gave_one_switch_is_not_told_that_there_are_two(given: dict[str, Any], expected: str) -> None:
    errors = check_connection(created(connection_type="gmail", **given), has_password=True, local=False)

    assert [error.message for error in errors] == [expected]


def test_what_one_address_may_not_another_may() -> None:
    assert wrong_fields(created(connection_type="gmail", email="a@example.com", daily_limit=2000)) == set()
    assert wrong_fields(created(connection_type="gmail", email="a@example.com", daily_limit=2001)) == {"daily_limit"}


def test_a_mailbox_that_sends_as_another_address_may_what_the_mailbox_may() -> None:
    private = created(connection_type="gmail", email="ann@example.com", smtp_username="Ann@gmail.com", daily_limit=2000)

    assert wrong_fields(private) == {"daily_limit"}
    assert wrong_fields(replace(private, email="ann@gmail.com", smtp_username="ann@example.com")) == set()


@pytest.mark.parametrize("host", ["email-smtp.eu-west-1.amazonaws.com", "email-smtp-fips.us-gov-west-1.amazonaws.com"])
def test_amazons_servers_are_known_in_every_region(host: str) -> None:
    config = created(connection_type="ses", smtp_host=host, smtp_username="AKIA", daily_limit=500_000)

    assert wrong_fields(config) == set()


@pytest.mark.parametrize("host", ["smtp.eu-west-1.amazonaws.com", "email-smtp.amazonaws.com", "email-smtp.x.aws.dev"])
def test_what_only_looks_like_amazons_server_is_refused(host: str) -> None:
    config = created(connection_type="ses", smtp_host=host, smtp_username="AKIA")

    assert "smtp_host" in wrong_fields(config)


def test_a_server_of_this_machine_may_stand_for_any_in_local_mode_alone() -> None:
    config = created(connection_type="gmail", smtp_host="127.0.0.1", smtp_port=2525)

    assert config.smtp_username is None
    assert not check_connection(config, has_password=False, local=True)
    assert wrong_fields(config) >= {"smtp_host", "smtp_port"}


# When it changes later


def test_another_type_of_connection_brings_its_server_along() -> None:
    seen = created(connection_type="gmail", email="ann@example.com")

    config = changed(seen, connection_type="outlook")

    assert connection(config) == ("smtp.office365.com", 587, True, False, "ann@example.com")
    assert (config.min_wait_time, config.max_connections) == (2.0, 3)
    assert wrong_fields(config) == set()


def test_what_is_changed_together_with_the_type_stands() -> None:
    seen = created(connection_type="gmail", email="ann@example.com")

    config = changed(seen, connection_type="outlook", max_connections=1, smtp_username="robot@example.com")

    assert (config.max_connections, config.smtp_username) == (1, "robot@example.com")


@pytest.mark.parametrize("kind", ["yahoo", "gmail", "imap/smtp"])
def test_the_limits_of_the_former_provider_do_not_come_along(kind: str) -> None:
    seen = created(connection_type="outlook", email="ann@example.com")
    its_owners = replace(seen, min_wait_time=9, max_connections=2)

    config, own = (changed(before, connection_type=kind) for before in (seen, its_owners))
    named = changed(seen, connection_type=kind, min_wait_time=2.0, max_connections=3)

    assert (config.min_wait_time, config.max_connections) == (1.0, 10)
    assert (own.min_wait_time, own.max_connections) == (9, 2)
    assert (named.min_wait_time, named.max_connections) == (2.0, 3)


def test_the_address_decides_of_the_new_provider_where_no_other_mailbox_is_named() -> None:
    seen = created(connection_type="gmail", email="ann@hotmail.com", smtp_username="ann@example.com")

    of_address = changed(seen, connection_type="outlook")
    of_mailbox = changed(seen, connection_type="outlook", smtp_username="ann@example.com")

    assert (of_address.smtp_host, of_address.smtp_username) == ("smtp-mail.outlook.com", "ann@hotmail.com")
    assert (of_mailbox.smtp_host, of_mailbox.max_connections) == ("smtp.office365.com", 3)


def test_the_same_type_changes_nothing() -> None:
    seen = replace(a_config(), connection_type=ConnectionType.GMAIL, min_wait_time=9)

    assert changed(seen, connection_type="gmail") == seen
    assert changed(seen, connection_type=None) == seen


def test_a_change_to_another_server_keeps_what_was_there() -> None:
    seen = created(connection_type="gmail")

    assert changed(seen, connection_type="custom") == replace(seen, connection_type=ConnectionType.SMTP)
