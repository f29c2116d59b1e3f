"""Less of one kind: shown by a GET, done by a POST, and by the button of a mail program."""

import pytest

from postroom.pages.model import LESS, Amount
from postroom.preferences.model import Delivery
from tests.unit.pages.conftest import World, fields_of

MULTIPART = (
    '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
    "multipart/form-data; boundary=x",
)
PLAIN = ("List-Unsubscribe=One-Click", "application/x-www-form-urlencoded")


def test_every_amount_has_a_next_less_which_ends_in_nothing() -> None:
    assert LESS.keys() == set(Amount)
    for amount in Amount:
        steps = [amount]
        while LESS[steps[-1]] is not steps[-1]:
            steps.append(LESS[steps[-1]])
        assert steps[-1] is Amount.OFF
        assert len(set(steps)) == len(steps)


def test_every_delivery_is_an_amount() -> None:
    assert {amount.delivery for amount in Amount} == {None, *Delivery}


def test_step_by_step_it_becomes_nothing(world: World) -> None:
    token, seen = world.token(event_type="job_failed"), []

    while world.amount("job_failed") is not Amount.OFF:
        shown = world.get("less", token)
        seen.append((world.amount("job_failed"), "Only once" in shown.text, "Turn it off" in shown.text))
        answer = world.submit({}, "less", token)
        assert answer.status == 303
        assert answer.headers["Location"] == f"less?token={token}&done=less"

    assert seen == [("immediate", True, False), ("daily", True, False), ("weekly", False, True)]
    assert "<form" not in world.get("less", token).text
    assert world.amount("job_partial") is Amount.IMMEDIATE


def test_a_button_that_is_pressed_twice_does_one_step(world: World) -> None:
    token = world.token(event_type="job_failed")
    fields = fields_of(world.get("less", token))

    answers = [world.post("less", fields) for _ in range(2)]

    assert [answer.headers["Location"].partition("&done=")[2] for answer in answers] == ["less", "less"]
    assert world.amount("job_failed") is Amount.DAILY


def test_what_was_changed_meanwhile_is_not_changed_again(world: World) -> None:
    token = world.token(event_type="job_failed")
    fields = fields_of(world.get("less", token))
    world.submit({"amount.job_failed": "hourly"})

    answer = world.post("less", fields)

    assert answer.headers["Location"].endswith("&done=stale")
    assert world.amount("job_failed") is Amount.HOURLY


def test_nobody_gets_more_by_it(world: World) -> None:
    token = world.token(event_type="job_success")

    for was in Amount:
        world.post("less", {"token": token, "was.amount": was})

    assert world.amount("job_success") is Amount.OFF


def test_it_leads_to_all_preferences(world: World) -> None:
    token = world.token(event_type="job_failed")

    assert f'href="preferences?token={token}"' in world.get("less", token).text


@pytest.mark.parametrize("event_type", [None, "gone"])
def test_a_link_without_a_kind_that_there_is_shows_no_page_of_less(world: World, event_type: str | None) -> None:
    token = world.token(event_type=event_type)

    assert world.get("less", token).status == 404
    assert world.post("less", {"token": token, "was.amount": "daily"}).status == 404


@pytest.mark.parametrize("fields", [{}, {"was.amount": "loud"}, {"was.amount": ""}])
def test_a_form_that_does_not_say_what_was_shown_is_none(world: World, fields: dict[str, str]) -> None:
    before = world.state

    assert world.post("less", {"token": world.token(event_type="job_failed"), **fields}).status == 400
    assert world.state == before


@pytest.mark.parametrize("sent", [PLAIN, MULTIPART])
@pytest.mark.parametrize("encoded", [True, False])
def test_one_click_turns_a_kind_off_without_a_redirect(world: World, sent: tuple[str, str], *, encoded: bool) -> None:
    body, content_type = sent

    answer = world(
        "POST",
        "less",
        body=body.encode() if encoded else body,
        headers={"content-type": content_type},
        query={"token": world.token(event_type="job_failed")},
    )

    assert answer.status == 200
    assert "Location" not in answer.headers
    assert (world.amount("job_failed"), world.amount("job_partial")) == (Amount.OFF, Amount.IMMEDIATE)


def test_one_click_of_a_digest_turns_all_off(world: World) -> None:
    assert world.one_click("preferences", world.token()).status == 200

    assert set(world.amounts().values()) == {"off"}


def test_one_click_again_and_for_a_kind_that_is_gone_is_right_as_well(world: World) -> None:
    token = world.token(event_type="job_failed")

    assert [world.one_click("less", token).status for _ in range(2)] == [200, 200]
    assert len(world.told) == 1
    assert world.one_click("less", world.token(event_type="gone")).status == 200


def test_a_form_of_ours_has_its_token_in_the_body_and_not_in_the_address(world: World) -> None:
    before = world.state

    answer = world.post("preferences", {"action": "stop"}, query={"token": world.token()})

    assert answer.status == 404
    assert world.state == before
