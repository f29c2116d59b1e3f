import re
import time
from typing import Any

import pytest

from local import built_in
from postroom.messages.model import OnUncertain, Priority
from postroom.notifications.model import BUILT_IN, Notification
from tests.built_in_data import JOB, LEAST, LINK
from tests.mail_html import Elements


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("email_verification", {"hours": 1}, "works for 1 hour and"),
        ("email_verification", {"hours": 24}, "works for 24 hours and"),
        ("email_verification", {"hours": 48}, "works for 2 days and"),
        ("email_verification", {"hours": 49}, "works for 49 hours and"),
        ("password_reset", {"minutes": 1}, "works for 1 minute and"),
        ("password_reset", {"minutes": 60}, "works for 1 hour and"),
        ("password_reset", {"minutes": 90}, "works for 90 minutes and"),
        ("password_reset", {"minutes": 120}, "works for 2 hours and"),
        ("user_invitation", {"days": 1}, "open for 1 day."),
        ("user_invitation", {"days": 7}, "open for 7 days."),
        ("digest", {"total": 1}, "1 event in all."),
        ("digest", {"total": 2}, "2 events in all."),
    ],
)
def test_numbers_are_in_words_that_fit_them(name: str, data: dict[str, Any], words: str) -> None:
    mail = built_in.fill(name, LEAST[name] | data)

    assert words in Elements(mail.html).text
    assert words in " ".join(mail.text.split())


@pytest.mark.parametrize("name", ["email_verification", "password_reset", "user_invitation", "notification_address"])
def test_a_button_is_written_out_below(name: str) -> None:
    mail = built_in.fill(name, LEAST[name])

    assert Elements(mail.html).values("href").count(LINK) == 2
    assert LINK in Elements(mail.html).texts


def test_a_long_error_is_cut_and_keeps_its_lines() -> None:
    error = "\n".join(f"  at line {n} <&> " + "x" * (n * 7) for n in range(60))[:5000]

    mail = built_in.fill("job_failed", {"job": JOB | {"error": error}})

    shown = "".join(Elements(mail.html).texts)
    assert error[:4000].splitlines()[-1] + "…" in shown
    assert error[:4001].splitlines()[-1] not in shown
    assert mail.html.count("<br>") >= error[:4000].count("\n")
    assert "…" in mail.text
    assert len(mail.html.encode()) < 30_000


def test_an_error_of_exactly_what_is_shown_is_not_cut() -> None:
    mail = built_in.fill("job_failed", {"job": JOB | {"error": "e" * 4000}})

    assert "e" * 4000 in mail.html
    assert "e…<" not in mail.html
    assert "…" not in mail.text


def test_a_digest_shows_some_lines_and_counts_the_rest() -> None:
    groups = [
        {
            "title": f"Group {g}",
            "event_type": "job.failed",
            "lines": [{"text": f"line {g}.{n}."} for n in range(30)],
            "more": 3,
        }
        for g in range(2)
    ]

    mail = built_in.fill("digest", {"period": "daily", "total": 66, "groups": groups})

    for part in (Elements(mail.html).text, " ".join(mail.text.split())):
        assert "line 1.19." in part
        assert "line 1.20." not in part
        assert part.count("and 13 more") == 2


def test_a_full_digest_is_as_small_as_the_other_mails() -> None:
    line = {
        "text": "No answer from db-1.internal.example.com within 30 seconds",
        "link": LINK + "y" * 40,
        "at": "02:14",
    }
    group = {
        "title": "Nightly copy of the orders database",
        "event_type": "job.failed",
        "lines": [line] * 20,
        "more": 100,
    }

    mail = built_in.fill("digest", {"period": "daily", "total": 960, "groups": [group] * 8})

    assert len(mail.html.encode()) < 30_000


def test_the_largest_digest_is_not_clipped() -> None:
    line = {"text": "x" * 1000, "link": LINK + "y" * 200, "at": "02:14 UTC"}
    group = {"title": "t" * 1000, "event_type": "job.failed", "lines": [line] * 100, "more": 0}

    mail = built_in.fill("digest", {"period": "weekly", "total": 10_000, "groups": [group] * 100})

    assert len(mail.html.encode()) < 102_000
    for part in (Elements(mail.html).text, " ".join(mail.text.split())):
        assert part.count("and 98 more") == 20
        assert "and 80 further groups" in part


def test_the_paragraphs_of_a_notification_stay_apart() -> None:
    mail = built_in.fill(
        "notification", {"message": "\n\none\ntwo\r\n \r\n\r\nthree <b> https://example.com/?a=1&b=2\n"}
    )

    assert re.search(r"<p [^>]*>one<br>two</p>", mail.html)
    assert re.search(r"<p [^>]*>three &lt;b&gt; https://example.com/\?a=1&amp;b=2</p>", mail.html)
    assert mail.text.startswith("one\ntwo\n\nthree <b> https://example.com/?a=1&b=2\n")


@pytest.mark.parametrize(
    ("message", "last"),
    [("x" * 9_999 + "yz", "y"), ("x\n" * 499 + "y\nz", "y"), ("x\n\n" * 249 + "x\ny\nz", "y")],
    ids=["characters", "lines", "paragraphs"],
)
def test_a_long_notification_is_cut_in_both_parts(message: str, last: str) -> None:
    mail = built_in.fill("notification", {"message": message})

    assert f"{last}…</p>" in mail.html
    assert re.search(rf"{last}\s…\n", mail.text)
    assert "z" not in mail.text.partition("…")[0]


@pytest.mark.parametrize("message", ["x" * 10_000, "x\n" * 500], ids=["characters", "lines"])
def test_a_notification_that_just_fits_is_not_cut_and_one_that_does_not_is_known(message: str) -> None:
    longer = f"{message}x"
    mail, cut = (built_in.fill("notification", {"message": text}) for text in (message, longer))

    assert "x…</p>" not in mail.html
    assert "…" not in mail.text
    assert "x…</p>" in cut.html
    assert "…" in cut.text
    assert [a_notification(text).is_cut_by_built_in for text in (message, longer)] == [False, True]


def a_notification(message: str) -> Notification:
    return Notification("Hello", message, None, BUILT_IN, {}, Priority.NORMAL, OnUncertain.HOLD)


@pytest.mark.parametrize("line", ["x\n", "x\n\n", "\n", "\u2028x", "x "], ids=repr)
@pytest.mark.parametrize("name", ["notification", "job_failed"])
def test_what_has_very_many_lines_takes_no_long_time(name: str, line: str) -> None:
    lines = line * 33_000
    built_in.fill(name, LEAST[name])

    before = time.thread_time()
    built_in.fill(name, {"message": lines, "job": JOB | {"error": lines}})

    assert time.thread_time() - before < 0.1


def test_a_link_in_a_notification_is_never_broken() -> None:
    link = "https://app.example.com/a-long-path" + "/and-on" * 40

    mail = built_in.fill("notification", {"message": f"All of it is to be found in {link} from now on."})

    assert f"All of it is to be found in\n{link}\nfrom now on.\n" in mail.text


def test_a_location_that_is_a_link_and_an_address_with_a_hyphen_are_never_broken() -> None:
    location = "s3://a-bucket/" + "a-long-path/" * 20
    account = "a-sender-with-a-long-name@a-department-of-a-company-with-a-long-name.example.com"

    backup = built_in.fill("scheduled_backup_complete", {"job": JOB, "location": location})
    tested = built_in.fill("test_email", {"account_email": account[10:], "sent_at": "today"})

    assert f"\n{location}\n" in backup.text
    assert f"\nAccount: {account[10:]}\n" in tested.text or f"\n{account[10:]}\n" in tested.text


def test_an_error_with_empty_lines_has_none_in_the_text() -> None:
    mail = built_in.fill("job_failed", {"job": JOB | {"error": "\n\nfirst\n\n\n  second\n"}})

    assert "\n\n  first\n    second\n\n" in mail.text


def test_a_digest_says_why_it_came() -> None:
    reasons = ["You hear of such events once a day.", "Your quiet hours are over."]

    mail = built_in.fill("digest", {"period": "daily and quiet hours", "total": 1, "groups": [], "reasons": reasons})

    assert mail.subject.endswith("digest: 1 new")
    for part in (Elements(mail.html).text, " ".join(mail.text.split())):
        assert " ".join(reasons) in part
        assert "daily and quiet hours" not in part


def test_a_digest_counts_the_groups_that_it_was_not_given() -> None:
    group = {"title": "A job", "event_type": "job_failed", "lines": [{"text": "x"}]}

    mail = built_in.fill("digest", {"period": "daily", "total": 30, "groups": [group] * 20, "more_groups": 10})

    for part in (Elements(mail.html).text, " ".join(mail.text.split())):
        assert "and 10 further groups" in part
