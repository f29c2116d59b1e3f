"""How a tenant wants these mails, over HTTP."""

from typing import Any

import pytest

from postroom.idempotency.run_once import RunOnce
from postroom.mails.model import MailSettings
from postroom.mails.routes import mail_settings_routes
from postroom.mails.settings import ChangeMailSettings, ReadMailSettings
from postroom.tenancy.model import Caller, Role
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.mails import MemoryMailSettings
from tests.fakes.time import FakeClock

ADMIN = Caller("ten_a", "key_a", Role.ADMIN)
USUAL: dict[str, Any] = {
    "origins": [],
    "token_lifetimes": {
        "email_verification": 86_400,
        "password_reset": 3600,
        "invitation": 604_800,
        "notification_address": 86_400,
    },
    "cool_down": {"per_minute": 1, "per_hour": 5},
    "revision": 0,
}


class Office:
    def __init__(self, *, local: bool = False) -> None:
        self.store, routes, clock = MemoryMailSettings(), Routes(), FakeClock()
        mail_settings_routes(routes, ReadMailSettings(self.store), ChangeMailSettings(self.store, local))
        self._api = Api(routes, RunOnce(MemoryRecords(), clock), clock)

    def show(self, caller: Caller = ADMIN) -> Any:  # noqa: ANN401 - an answer's JSON
        return send(self._api, authorised(request("GET", "/v1/settings/mails"), caller)).json

    def change(self, caller: Caller = ADMIN, **body: object) -> Answer:
        return send(self._api, authorised(request("PUT", "/v1/settings/mails", body), caller))


@pytest.fixture
def office() -> Office:
    return Office()


def test_without_a_word_of_the_tenant_the_usual_holds(office: Office) -> None:
    assert office.show() == USUAL


def test_origins_are_kept_once_each_as_browsers_write_them(office: Office) -> None:
    answer = office.change(
        origins=["https://Bücher.example", "HTTPS://app.example.com:443/", "https://app.example.com"]
    )

    assert answer.status == 200
    assert answer.json == {
        **USUAL,
        "origins": ["https://app.example.com", "https://xn--bcher-kva.example"],
        "revision": 1,
    }
    assert office.show() == answer.json


def test_what_is_left_out_stays_as_it_is(office: Office) -> None:
    office.change(origins=["https://app.example.com"])
    office.change(token_lifetimes={"password_reset": 900})
    office.change(cool_down={"per_hour": 9})

    assert office.show() == {
        "origins": ["https://app.example.com"],
        "token_lifetimes": {**USUAL["token_lifetimes"], "password_reset": 900},
        "cool_down": {"per_minute": 1, "per_hour": 9},
        "revision": 3,
    }


def test_null_is_what_holds_without_a_word_of_the_tenant(office: Office) -> None:
    office.change(
        origins=["https://app.example.com"], token_lifetimes={"invitation": 90_000}, cool_down={"per_hour": 9}
    )

    answer = office.change(origins=None, token_lifetimes={"invitation": None}, cool_down={"per_hour": None})

    assert answer.json == {**USUAL, "revision": 2}


def test_null_for_all_lifetimes_or_the_cool_down_is_what_holds_without_a_word_of_the_tenant(office: Office) -> None:
    office.change(token_lifetimes={"invitation": 90_000}, cool_down={"per_hour": 9})

    assert office.change(token_lifetimes=None, cool_down=None).json == {**USUAL, "revision": 2}


@pytest.mark.parametrize("cool_down", [{"per_minute": 6}, {"per_minute": 3, "per_hour": 2}])
def test_a_minute_has_no_more_mails_than_an_hour(office: Office, cool_down: dict[str, int]) -> None:
    answer = office.change(cool_down=cool_down, origins=["app"])

    assert answer.status == 422
    assert list(answer.fields) == ["origins.0", "cool_down"]
    assert office.change(cool_down={"per_minute": 5}).status == 200
    assert list(office.change(cool_down={"per_hour": 4}).fields) == ["cool_down"]


def test_what_was_shown_may_be_put_back_as_a_whole(office: Office) -> None:
    office.change(origins=["https://app.example.com"])
    shown = office.show()

    assert office.change(**shown).json == {**shown, "revision": 2}


def test_what_somebody_else_changed_meanwhile_is_not_lost(office: Office) -> None:
    office.change(revision=0, origins=["https://app.example.com"])

    late = office.change(revision=0, origins=[])

    assert (late.status, office.show()["origins"]) == (409, ["https://app.example.com"])


def test_of_two_changes_at_the_same_time_one_is_told_to_read_again(office: Office) -> None:
    read = office.store.get
    theirs = MailSettings(origins=("https://theirs.example",), revision=1)

    def meanwhile(tenant_id: str) -> MailSettings:
        seen = read(tenant_id)
        office.store.put(tenant_id, theirs)
        return seen

    office.store.get = meanwhile  # type: ignore[method-assign]
    answer = office.change(cool_down={"per_hour": 9})
    office.store.get = read  # type: ignore[method-assign]

    assert answer.status == 409
    assert office.store.get("ten_a") == theirs


def test_each_tenant_has_its_own(office: Office) -> None:
    office.change(origins=["https://app.example.com"])

    assert office.show(Caller("ten_b", "key_b", Role.ADMIN)) == USUAL


def test_each_origin_that_is_none_is_named_and_nothing_is_changed(office: Office) -> None:
    answer = office.change(origins=["https://app.example.com", "http://app.example.com", "https://127.0.0.1", "app"])

    assert answer.status == 422
    assert list(answer.fields) == ["origins.1", "origins.2", "origins.3"]
    assert office.show() == USUAL


def test_in_local_mode_this_machine_is_an_origin() -> None:
    assert Office(local=True).change(origins=["http://localhost:3000"]).json["origins"] == ["http://localhost:3000"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"token_lifetimes": {"password_reset": 299}}, "token_lifetimes.password_reset"),
        ({"token_lifetimes": {"invitation": 30 * 86_400 + 1}}, "token_lifetimes.invitation"),
        ({"token_lifetimes": {"welcome": 3600}}, "token_lifetimes.welcome"),
        ({"cool_down": {"per_minute": 0}}, "cool_down.per_minute"),
        ({"cool_down": {"per_hour": 101}}, "cool_down.per_hour"),
        ({"origins": [f"https://a{number}.example" for number in range(51)]}, "origins"),
        ({"origin": []}, "origin"),
    ],
)
def test_what_is_out_of_bounds_is_named(office: Office, body: dict[str, Any], field: str) -> None:
    answer = office.change(**body)

    assert answer.status == 422
    assert list(answer.fields) == [field]


def test_only_an_admin_says_where_links_may_lead(office: Office) -> None:
    assert office.change(Caller("ten_a", "key_a", Role.OPERATOR), origins=[]).status == 403
