from collections.abc import Callable
from typing import Any

import pytest

from postroom.delivery.mime.headers import text_field
from postroom.event_types.model import BUILT_IN, EventType, Nature
from postroom.events.model import ComplianceFacts, Event, JobFacts
from postroom.notices.model import Way
from postroom.pages.model import Links
from postroom.preferences.model import UserSettings
from postroom.preferences.rules import Wishes
from postroom.telling.case import Case
from postroom.telling.course import Course
from postroom.telling.data import data_of
from postroom.telling.draft import draft_of
from postroom.telling.notice import new_notice
from postroom.templates.filling.built_in import built_in
from postroom.templates.filling.render import Render
from postroom.templates.model import Branding, Rendered, Wanted
from postroom.templates.sandbox.environment import Sandbox, SharedLoader
from tests.builders import a_user
from tests.fakes.telling_office import an_event
from tests.fakes.time import NOON

OWN = EventType("disk_full", Nature.FAILURE, "notification")
LINKS = Links("https://mail.example.org/preferences", "https://mail.example.org/less")
RESULT = ComplianceFacts("res_1", "Disks are encrypted", "laptop-0231", "high", "https://app.example.com/res_1")


def a_case(event: Event, **changes: Any) -> Case:  # noqa: ANN401 - any field of a user
    event_type = BUILT_IN.get(event.event_type, OWN)
    return Case(event, event_type, a_user(**changes), Wishes(settings=UserSettings(timezone="Europe/Berlin")))


@pytest.fixture(scope="module")
def filled() -> Callable[[Event], Rendered]:
    render = Render(Sandbox(SharedLoader(built_in().shared)))

    def fill(event: Event) -> Rendered:
        case = a_case(event)
        source = built_in().source(case.event_type.template)
        assert source is not None
        return render(source, data_of(case, LINKS), Branding("Example"))

    return fill


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("x" * 9_000, "x" * 199 + "…"),
        (" \n ", "Disk full: Nightly copy"),
        ("\x07", "Disk full: Nightly copy"),
        ("Disk\x07full", "Disk full"),
        ("\U0001f468\u200d\U0001f467 at home", "\U0001f468\u200d\U0001f467 at home"),
        (["y"] * 2_000, "Disk full: Nightly copy"),
        (None, "Disk full: Nightly copy"),
    ],
    ids=["long", "blank", "a control character", "controls", "joined", "a list", "null"],
)
def test_whatever_is_posted_as_a_title_there_is_a_mail(
    filled: Callable[[Event], Rendered], title: object, subject: str
) -> None:
    rendered = filled(an_event(event_type="disk_full", data={"title": title}))

    assert rendered.subject == subject
    assert text_field("Subject", rendered.subject)


@pytest.mark.parametrize("event_type", [*BUILT_IN, "disk_full"])
@pytest.mark.parametrize(
    "known",
    [
        {"job": None},
        {"job": JobFacts("job_7"), "compliance_result": ComplianceFacts("res_7")},
        {"compliance_result": RESULT, "data": {"size": "18 GB"}, "critical": True},
    ],
    ids=["nothing", "ids", "all"],
)
def test_the_built_in_mails_can_be_made_of_any_event(
    filled: Callable[[Event], Rendered], event_type: str, known: dict[str, Any]
) -> None:
    rendered = filled(an_event(event_type=event_type, **known))

    assert rendered.subject
    for body in (rendered.html, rendered.text):
        assert body
        assert "None" not in body


def test_a_mail_tells_what_is_known_of_a_job(filled: Callable[[Event], Rendered]) -> None:
    job = JobFacts(
        "job_1", "backup", "Copy", "failed", NOON, NOON.replace(minute=14), "Disk full", "https://a.example/l"
    )

    rendered = filled(an_event(event_type="job_failed", job=job))

    assert rendered.subject == "Failed: Copy"
    for words in ("backup", "31 January 2030, 13:00 CET", "14 minutes", "Disk full", "https://a.example/l"):
        assert words in (rendered.text or "")
        assert words in (rendered.html or "")


def test_a_mail_tells_what_is_known_of_a_violation(filled: Callable[[Event], Rendered]) -> None:
    text = filled(an_event(event_type="compliance_violation", compliance_result=RESULT)).text or ""

    assert "laptop-0231 does not meet the policy Disks are encrypted" in text
    for words in ("high", "31 January 2030, 13:00 CET", "https://app.example.com/res_1"):
        assert words in text


def test_a_template_may_rely_on_every_name_of_ours() -> None:
    data = data_of(a_case(an_event(event_type="disk_full", job=None), name="Ann"), Links())

    assert (data["name"], data["user"]["email"], data["preferences_url"], data["less_url"]) == (
        *("Ann", "ann@example.com"),
        *("", ""),
    )
    assert data["event"] == {
        "id": an_event().id,
        "type": "disk_full",
        "occurred_at": "31 January 2030, 13:00 CET",
        "critical": False,
    }
    assert (data["job"]["id"], data["job"]["error"], data["result"]["id"]) == ("", "", "")
    assert data["title"] == "Disk full"


def test_what_was_posted_stands_beside_ours_and_never_in_its_place() -> None:
    posted = {"size": "18 GB", "title": "Mine", "preferences_url": "https://evil.example", "job": 1, "user": "eve"}

    data = data_of(a_case(an_event(event_type="disk_full", data=posted)), LINKS)

    assert (data["size"], data["title"], data["data"]) == ("18 GB", "Mine", posted)
    assert data["preferences_url"] == LINKS.preferences_url
    assert (data["job"]["id"], data["user"]["id"]) == ("job_1", "ann")


def test_a_user_gets_the_variant_of_their_language_and_type() -> None:
    case = a_case(an_event(event_type="disk_full"), locale="de-AT", user_type="customer")
    notice = new_notice(case, Course(Way.IMMEDIATE, "alerts@example.com"), NOON)

    draft = draft_of(case, notice, LINKS)

    assert draft.template == Wanted("notification", "de-AT", "customer")
    assert draft.recipients == ("alerts@example.com",)
    assert draft.id == notice.message_id
