"""What a caller sees who asks for a mail: the same, whoever the address belongs to."""

from datetime import timedelta
from typing import Any

import pytest

from postroom.idempotency.model import HEADER
from postroom.mails.make import Outcome
from postroom.mails.model import MailSettings
from postroom.tenancy.model import Caller, Role
from tests.builders import a_pool, an_account
from tests.fakes.sending import TENANT
from tests.unit.mails.conftest import APP, Office

GOOD: dict[str, dict[str, Any]] = {
    "verification": {"user_id": "ann", "base_url": APP},
    "password-reset": {"email": "ann@example.com", "base_url": APP},
    "invitation": {"inviter": "ann", "invitee_email": "bob@example.org", "user_type": "viewer", "base_url": APP},
    "welcome": {"user_id": "ann"},
}


@pytest.mark.parametrize("path", GOOD)
def test_what_is_asked_for_is_taken_and_made_behind_the_queue(office: Office, path: str) -> None:
    answer = office.post(path, **GOOD[path])

    assert (answer.status, answer.json) == (202, {"status": "accepted"})
    assert office.messages == ()
    assert office.work() == [Outcome.ACCEPTED]


def test_a_known_an_unknown_and_a_cooling_address_are_answered_the_same(office: Office) -> None:
    answers = [
        office.ask_for_reset("ann@example.com"),
        office.ask_for_reset("nobody@example.com"),
        office.ask_for_reset("ann@example.com"),
        office.post("verification", email="ann@example.com", base_url=APP),
        office.post("verification", email="nobody@example.com", base_url=APP),
    ]

    assert {(answer.status, answer.text, tuple(answer.headers.items())) for answer in answers} == {
        (202, answers[0].text, tuple(answers[0].headers.items()))
    }
    assert office.work() == [
        *(Outcome.ACCEPTED, Outcome.NOBODY, Outcome.COOLING_DOWN),
        *(Outcome.ACCEPTED, Outcome.NOBODY),
    ]


def test_nothing_about_an_address_is_looked_at_before_the_queue(office: Office) -> None:
    office.ask_for_reset()
    office.post("verification", email="ann@example.com", base_url=APP)

    assert office.users.asked_for == []
    office.work()
    assert office.users.asked_for == ["ann@example.com"] * 2


@pytest.mark.parametrize("path", [path for path in GOOD if path != "welcome"])
@pytest.mark.parametrize(
    "base_url", ["https://evil.example", f"{APP}@evil.example", f"{APP}:8443", f"{APP}.evil.example"]
)
def test_a_link_to_an_origin_that_is_not_registered_is_refused(office: Office, path: str, base_url: str) -> None:
    answer = office.post(path, **{**GOOD[path], "base_url": base_url})

    assert answer.status == 422
    assert list(answer.fields) == ["base_url"]
    assert office.requests.waiting == []


def test_a_tenant_without_origins_has_no_links(office: Office) -> None:
    office.settings.put(TENANT, MailSettings())

    assert list(office.ask_for_reset().fields) == ["base_url"]


def test_an_origin_of_another_tenant_is_none(office: Office) -> None:
    answer = office.post("password-reset", Caller("ten_b", "key_b", Role.OPERATOR), **GOOD["password-reset"])

    assert list(answer.fields) == ["base_url"]


@pytest.mark.parametrize(
    ("path", "changes", "fields"),
    [
        ("verification", {"user_id": None}, ["user_id"]),
        ("verification", {"email": "ann@example.com"}, ["user_id"]),
        ("verification", {"base_url": None}, ["base_url"]),
        ("password-reset", {"email": "ann"}, ["email"]),
        ("password-reset", {"user_id": "ann"}, ["user_id"]),
        ("invitation", {"inviter": "nobody"}, ["inviter"]),
        ("invitation", {"invitee_email": "b\r\nBcc: c@example.com"}, ["invitee_email"]),
        ("invitation", {"user_type": "x\ny"}, ["user_type"]),
        ("invitation", {"user_type": "(vip)"}, ["user_type"]),
        ("welcome", {"locale": "no locale"}, ["locale"]),
        ("welcome", {"account_id": "acc_none"}, ["account_id"]),
        ("welcome", {"pool_id": "pool_none", "account_id": "acc_none"}, ["account_id", "pool_id"]),
        ("welcome", {"base_url": "https://evil.example"}, ["base_url"]),
        ("welcome", {"base_url": "javascript:alert(1)"}, ["base_url"]),
    ],
)
def test_what_is_wrong_with_a_request_itself_is_named(
    office: Office, path: str, changes: dict[str, Any], fields: list[str]
) -> None:
    given = {name: value for name, value in {**GOOD[path], **changes}.items() if value is not None}

    answer = office.post(path, **given)

    assert answer.status == 422
    assert sorted(answer.fields) == fields
    assert office.requests.waiting == []


def test_an_account_that_is_not_in_the_pool_is_named(office: Office) -> None:
    office.sender.add_account(an_account(id="acc_1"))
    office.sender.pools.add(a_pool("acc_2"))

    answer = office.post("welcome", user_id="ann", account_id="acc_1", pool_id="pool_1")

    assert list(answer.fields) == ["account_id"]


@pytest.mark.parametrize("path", ["verification", "welcome"])
def test_the_id_of_a_user_that_is_not_there_is_not_found(office: Office, path: str) -> None:
    answer = office.post(path, **{**GOOD[path], "user_id": "nobody"})

    assert answer.status == 404


def test_a_user_of_another_tenant_is_not_found(office: Office) -> None:
    office.settings.put("ten_b", MailSettings(origins=(APP,)))

    answer = office.post("verification", Caller("ten_b", "key_b", Role.OPERATOR), **GOOD["verification"])

    assert answer.status == 404


def test_a_queue_that_takes_nothing_is_told_to_whoever_asks(office: Office) -> None:
    office.requests.down = True

    assert {office.ask_for_reset(email).status for email in ("ann@example.com", "nobody@example.com")} == {503}


def test_a_request_that_is_repeated_with_its_key_makes_one_mail(office: Office) -> None:
    for _ in range(3):
        office.ask_for_reset(headers={HEADER.lower(): "once"})
    office.clock.advance(timedelta(minutes=2))
    office.ask_for_reset(headers={HEADER.lower(): "once"})

    assert office.work() == [Outcome.ACCEPTED]


def test_a_request_that_failed_and_is_repeated_with_its_key_lives_from_when_it_is_taken(office: Office) -> None:
    once = {HEADER.lower(): "once"}
    office.requests.down = True
    failed = office.ask_for_reset(headers=once)
    office.clock.advance(timedelta(minutes=59))
    office.requests.down = False
    answer = office.ask_for_reset(headers=once)

    assert (failed.status, answer.status) == (503, 202)
    assert office.work() == [Outcome.ACCEPTED]
    [message] = office.messages
    assert office.filling(message).data["minutes"] == 60
    office.clock.advance(timedelta(minutes=59))
    assert office.verify(office.link(message)).token.person.user_id == "ann"


def test_a_repeated_request_counts_for_the_cool_down_when_it_is_taken(office: Office) -> None:
    office.requests.down = True
    office.ask_for_reset(headers={HEADER.lower(): "once"})
    office.clock.advance(timedelta(minutes=59))
    office.requests.down = False
    office.ask_for_reset(headers={HEADER.lower(): "once"})
    office.ask_for_reset()

    assert office.work() == [Outcome.ACCEPTED, Outcome.COOLING_DOWN]


def test_a_viewer_sends_nothing(office: Office) -> None:
    assert office.post("welcome", Caller(TENANT, "key_a", Role.VIEWER), user_id="ann").status == 403
