"""The page of a user's preferences, as it is shown and as it is sent back."""

from datetime import time
from typing import Any

import pytest

from postroom.event_types.model import Nature
from postroom.pages.model import Amount
from postroom.preferences.model import Choice, Delivery, TenantDefault, TenantSettings, UserSettings, Weekday, Window
from postroom.users.manage import FindUsers
from postroom.users.model import UserRole
from tests.builders import a_preference, a_user
from tests.unit.pages.conftest import World, fields_of

WORKDAYS = frozenset(Weekday) - {Weekday.SATURDAY, Weekday.SUNDAY}
NIGHT = Window(frozenset(Weekday), time(22), time(7))
ODD = (Window(frozenset({Weekday.MONDAY}), time(9), time(10)), Window(frozenset({Weekday.SUNDAY}), time(), time(12)))


def test_it_shows_what_holds_and_whose_it_is(world: World) -> None:
    answer = world.get()

    assert answer.status == 200
    assert "Acme" in answer.text
    assert "Ann Berger" in answer.text
    assert "a…@example.com" in answer.text
    assert "ann@example.com" not in answer.text
    fields = fields_of(answer)
    assert {name: value for name, value in fields.items() if name.startswith("amount.")} == {
        "amount.job_success": "off",
        "amount.job_failed": "immediate",  # an admin's, unasked
        "amount.job_partial": "immediate",
        "amount.compliance_violation": "off",
        "amount.scheduled_backup_complete": "off",
    }


def test_a_viewer_sees_only_what_viewers_may_hear_of(world: World) -> None:
    fields = fields_of(world.get(token=world.token("vera")))

    assert "amount.job_success" in fields
    assert "amount.job_failed" not in fields


def test_what_is_chosen_is_saved_and_shown_behind_a_redirect(world: World) -> None:
    token = world.token()

    answer = world.submit({"amount.job_failed": "weekly", "amount.job_success": "daily"}, token=token)

    assert answer.status == 303
    assert answer.headers["Location"] == f"preferences?token={token}&done=saved"
    shown = world.get(token=token, done="saved")
    assert "Saved." in shown.text
    assert fields_of(shown)["amount.job_failed"] == "weekly"
    assert world.amounts() == {
        "job_success": "daily",
        "job_failed": "weekly",
        "job_partial": "immediate",
        "compliance_violation": "off",
        "scheduled_backup_complete": "off",
    }


def test_what_was_not_touched_does_not_become_the_users_own_word(world: World) -> None:
    world.submit({"amount.job_failed": "weekly"})

    assert world.preferences.of_user("ten_a", "ann").keys() == {"job_failed"}
    assert world.settings.get("ten_a", "ann") == UserSettings()


def test_a_form_that_is_sent_as_it_came_saves_nothing(world: World) -> None:
    before = world.state

    answer = world.submit({})

    assert answer.headers["Location"].endswith("&done=unchanged")
    assert world.state == before


def test_what_somebody_else_changed_meanwhile_stays(world: World) -> None:
    fields = fields_of(world.get())
    world.submit({"amount.job_partial": "off", "digest_hour": "6"})

    world.post("preferences", {**fields, "amount.job_failed": "daily", "quiet": "every_day"})

    assert (world.amount("job_partial"), world.amount("job_failed")) == (Amount.OFF, Amount.DAILY)
    assert world.settings.get("ten_a", "ann").digest_hour == 6
    assert world.settings.get("ten_a", "ann").quiet_hours == (NIGHT,)


def test_it_is_told_in_the_audit_log_as_the_users_own_deed_by_a_link(world: World) -> None:
    world.submit({"amount.job_failed": "off", "digest_hour": "7"})

    assert [str(entry.deed.action) for entry in world.told] == ["preference.created", "user.settings_changed"]
    for entry in world.told:
        assert (entry.tenant_id, entry.actor.tenant_id) == ("ten_a", "ten_a")
        assert (entry.actor.role, entry.actor.user_id, entry.actor.key_id) == ("preference_link", "ann", "")
        assert entry.actor.source_ip == "127.0.0.1"


def test_what_a_tenant_said_of_job_types_is_kept_by_who_only_wants_less(world: World) -> None:
    default = TenantDefault(Choice(enabled=True, job_types=("backup",)))
    world.tenants.put("ten_a", TenantSettings(defaults={"job_success": default}))

    assert "Only of jobs of the type" in world.get().text
    world.submit({"amount.job_success": "daily"})

    own = world.preferences.of_user("ten_a", "ann")["job_success"]
    assert own.choice == Choice(enabled=True, job_types=("backup",), delivery=Delivery.DAILY)


def test_an_address_of_the_users_choice_stays_and_is_hinted_at(world: World) -> None:
    own = a_preference(user_id="ann", event_type="job_failed", email_address="ops@example.org", email_confirmed=True)
    world.preferences.put(own, None)

    assert "Goes to o…@example.org" in world.get().text
    world.submit({"amount.job_failed": "weekly"})

    assert world.preferences.of_user("ten_a", "ann")["job_failed"].email_address == "ops@example.org"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"digest_hour": "0"}, UserSettings(digest_hour=0, revision=1)),
        (
            {"digest_hour": "23", "digest_weekday": "friday"},
            UserSettings(digest_hour=23, digest_weekday=Weekday.FRIDAY, revision=1),
        ),
        ({"quiet": "every_day"}, UserSettings((NIGHT,), revision=1)),
        (
            {"quiet": "workdays", "quiet_start": "18:30", "quiet_end": "08:15"},
            UserSettings((Window(WORKDAYS, time(18, 30), time(8, 15)),), revision=1),
        ),
    ],
)
def test_digests_and_quiet_hours_are_saved(world: World, fields: dict[str, str], expected: UserSettings) -> None:
    world.submit(fields)

    assert world.settings.get("ten_a", "ann") == expected


def test_they_are_shown_as_they_are_and_taken_back(world: World) -> None:
    hours = (Window(WORKDAYS, time(18), time(8)),)
    world.set(UserSettings(hours, "Europe/Vienna", 0, Weekday.FRIDAY, revision=1))

    shown = world.get()
    fields = fields_of(shown)
    assert (fields["digest_hour"], fields["digest_weekday"]) == ("0", "friday")
    assert (fields["quiet"], fields["quiet_start"], fields["quiet_end"]) == ("workdays", "18:00", "08:00")
    assert "Europe/Vienna" in shown.text
    world.submit({"digest_hour": "", "digest_weekday": "", "quiet": "none"})

    assert world.settings.get("ten_a", "ann") == UserSettings(timezone="Europe/Vienna", revision=2)


def test_other_times_alone_change_the_window(world: World) -> None:
    world.set(UserSettings((NIGHT,), revision=1))

    world.submit({"quiet_end": "06:00"})

    assert world.settings.get("ten_a", "ann").quiet_hours == (Window(frozenset(Weekday), time(22), time(6)),)


def test_times_of_a_window_that_there_is_not_change_nothing(world: World) -> None:
    world.submit({"quiet_end": "06:00"})

    assert world.settings.get("ten_a", "ann") == UserSettings()


def test_quiet_hours_that_are_more_than_the_page_can_say_are_shown_and_kept(world: World) -> None:
    world.set(UserSettings(ODD, revision=1))

    shown = world.get()
    assert fields_of(shown)["quiet"] == "as_it_is"
    assert "Monday, 09:00 to 10:00" in shown.text
    world.submit({"digest_hour": "6", "quiet_start": "01:00"})
    assert world.settings.get("ten_a", "ann") == UserSettings(ODD, digest_hour=6, revision=2)

    world.submit({"quiet": "every_day"})
    assert world.settings.get("ten_a", "ann").quiet_hours == (NIGHT,)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"quiet": "every_day", "quiet_start": "07:00"}, "cannot last all week"),
        ({"quiet": "every_day", "quiet_start": "soon"}, "Write a time such as 22:00."),
        ({"quiet": "every_day", "quiet_end": "24:00"}, "Write a time such as 22:00."),
        ({"quiet": "sometimes"}, "Choose one of those that are offered."),
        ({"digest_hour": "24"}, "Choose one of the hours."),
        ({"digest_weekday": "someday"}, "Choose one of those that are offered."),
        ({"amount.job_failed": "loudly"}, "Job failed: Choose one of those that are offered."),
        ({"was.amount.gone": "daily", "amount.gone": "off"}, "There is no such event type any more."),
    ],
)
def test_what_cannot_be_is_named_and_nothing_is_saved(world: World, fields: dict[str, str], words: str) -> None:
    before = world.state

    answer = world.submit({"amount.job_success": "daily", **fields})

    assert answer.status == 422
    assert words in answer.text
    assert fields_of(answer)["amount.job_success"] == "daily"  # what was entered is still there
    assert world.state == before


@pytest.mark.parametrize("elsewhere", [{"amount.job_failed": "off"}, {"quiet": "every_day"}, {"digest_hour": "6"}])
def test_what_somebody_else_changed_stays_also_when_a_form_has_to_be_corrected(
    world: World, elsewhere: dict[str, str]
) -> None:
    world.set(UserSettings(ODD, revision=1))
    fields = fields_of(world.get())
    world.submit(elsewhere)
    state = world.amounts(), world.settings.get("ten_a", "ann")

    refused = world.post("preferences", {**fields, "amount.job_success": "loudly"})
    world.post("preferences", {**fields_of(refused), "amount.job_success": "daily"})

    assert refused.status == 422
    assert world.amounts() == {**state[0], "job_success": "daily"}
    assert world.settings.get("ten_a", "ann") == state[1]


def test_a_role_hears_of_no_more_than_it_may_whatever_a_form_says(world: World) -> None:
    before = world.state

    answer = world.submit({"was.amount.job_failed": "off", "amount.job_failed": "immediate"}, token=world.token("vera"))

    assert answer.status == 422
    assert "not for you" in answer.text
    assert world.state == before


def test_whose_role_became_smaller_may_still_turn_off_what_is_left_of_it(world: World) -> None:
    world.preferences.put(a_preference(user_id="vera", event_type="job_failed"), None)

    world.submit({"was.amount.job_failed": "immediate", "amount.job_failed": "off"}, token=world.token("vera"))

    assert not world.preferences.of_user("ten_a", "vera")["job_failed"].choice.enabled


def test_all_can_be_stopped_and_stays_so_whatever_the_tenant_says_later(world: World) -> None:
    world.new_type("deploys", "A new version is out.")
    token = world.token()

    answer = world.post("preferences", {"token": token, "action": "stop"})
    everybody = {name: TenantDefault(Choice(enabled=True)) for name in world.amounts()}
    world.tenants.put("ten_a", TenantSettings(defaults=everybody))

    assert answer.headers["Location"].endswith("&done=stopped")
    assert set(world.amounts().values()) == {"off"}
    assert len(world.amounts()) == 6
    assert set(world.amounts("vera").values()) == {"immediate", "off"}


def test_that_all_is_stopped_is_said_only_where_it_is(world: World) -> None:
    token, words = world.token(event_type="job_failed"), "No more mails of any kind will come."

    before = [world.get(page, token, done="stopped").text for page in ("preferences", "less")]
    world.post("preferences", {"token": token, "action": "stop"})
    stopped = world.get(token=token, done="stopped").text
    world.submit({"amount.job_failed": "weekly"})
    again = world.get(token=token, done="stopped").text

    assert [words in text for text in (*before, stopped, again)] == [False, False, True, False]


def test_stopping_all_keeps_how_it_was_for_who_turns_it_on_again(world: World) -> None:
    world.submit({"amount.job_failed": "weekly"})

    world.post("preferences", {"token": world.token(), "action": "stop"})

    assert world.preferences.of_user("ten_a", "ann")["job_failed"].choice.delivery is Delivery.WEEKLY


def test_a_link_to_one_event_type_opens_the_whole_page_too(world: World) -> None:
    token = world.token(event_type="job_failed")

    assert world.submit({"amount.job_partial": "off"}, token=token).status == 303
    assert world.amount("job_partial") is Amount.OFF
    world.post("preferences", {"token": token, "action": "stop"})
    assert set(world.amounts().values()) == {"off"}


def test_a_hundred_event_types_fit_into_a_form(world: World) -> None:
    for number in range(100):
        world.new_type(f"{'long_name_' * 6}{number:04}", "Something has happened. " * 5)

    answer = world.submit({f"amount.{'long_name_' * 6}0099": "daily"})

    assert answer.status == 303
    assert world.amount(f"{'long_name_' * 6}0099") is Amount.DAILY


HARD: Any = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{ 7*7 }}"


def test_words_of_others_stay_words(world: World) -> None:
    user = FindUsers(world.users).one("ten_a", "ann")
    world.users.put(a_user(id="ann", name=HARD, role=UserRole.ADMIN, email='"><b>x@example.com', revision=2), user)
    world.new_type("deploys", HARD, Nature.RESULT)
    world.branding = type(world.branding)(HARD, logo_url=f"https://example.com/{HARD}", colour="#aa3300")
    world.tenants.put(
        "ten_a", TenantSettings(defaults={"job_success": TenantDefault(Choice(enabled=True, job_types=(HARD,)))})
    )

    pages = [world.get(), world.get("less", world.token(event_type="deploys")), world.submit({"digest_hour": HARD})]

    for page in pages:
        assert "&lt;script&gt;" in page.text
        assert "<script" not in page.text
        assert "<img src=x" not in page.text
        assert "49" not in page.text.replace(world.token(), "").split("<style>")[0]
