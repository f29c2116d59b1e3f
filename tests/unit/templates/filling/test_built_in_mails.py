import re
from dataclasses import replace

import pytest

from local import built_in
from postroom.templates.model import Branding
from tests.built_in_data import LEAST, leaves, long, with_links
from tests.mail_html import Elements

NAMES = (
    "compliance_violation",
    "digest",
    "email_verification",
    "job_failed",
    "job_partial",
    "job_success",
    "notification",
    "notification_address",
    "password_reset",
    "scheduled_backup_complete",
    "test_email",
    "user_invitation",
    "welcome",
)

every_mail = pytest.mark.parametrize("name", NAMES)


def test_the_built_in_mails_are_these_and_complete() -> None:
    assert built_in.names() == NAMES
    for name in NAMES:
        files = {file.name for file in (built_in.FOLDER / name).iterdir()}
        assert files == {"subject.txt", "body.html", "body.txt", "sample.json"}


@every_mail
@pytest.mark.parametrize("data", ["sample", "least"])
def test_a_mail_is_whole_with_all_its_data_and_with_the_least(name: str, data: str) -> None:
    values = built_in.sample(name) if data == "sample" else LEAST[name]

    mail = built_in.fill(name, values, built_in.BRAND if data == "sample" else Branding("N"))

    assert mail.subject
    assert not Elements(mail.html).open
    for part in (mail.subject, mail.html, mail.text):
        assert "{{" not in part
        assert "{%" not in part
        assert "None" not in part
        assert "Undefined" not in part
    assert len(mail.html.encode()) < 30_000


@every_mail
def test_a_mail_does_without_what_is_null_in_its_data(name: str) -> None:
    sample, least = built_in.sample(name), LEAST[name]
    nothing = {key: None for key in sample if key not in least}
    parts = {
        key: {inner: least[key].get(inner) for inner in value}
        for key, value in sample.items()
        if isinstance(value, dict)
    }

    mail = built_in.fill(name, {**least, **nothing, **parts})

    assert mail == built_in.fill(name, least)


@every_mail
def test_a_mail_as_it_is_written_closes_what_it_opens(name: str) -> None:
    # Taken for a text, its HTML is not put in order by what inlines the styles.
    as_written = replace(built_in.source(name), html=None, text=built_in.source(name).html)

    html = built_in.fill_in(as_written, built_in.sample(name)).text

    assert html.startswith("<!DOCTYPE html>")
    assert not Elements(html).open


@every_mail
def test_every_value_of_the_sample_is_in_both_parts(name: str) -> None:
    sample = built_in.sample(name)

    mail = built_in.fill(name, sample)

    html = Elements(mail.html)
    shown = html.text + " ".join(html.values("href"))
    text = " ".join((mail.subject + " " + mail.text).split())
    for value in leaves(sample):
        if isinstance(value, str) and value != sample.get("email_type"):
            words = _words(value)
            assert words in _words(shown), value
            assert words in _words(text), value


def _words(text: str) -> str:
    """The types of events are told in words."""
    return " ".join(text.replace(".", " ").replace("_", " ").split())


@every_mail
def test_a_text_has_no_tags_no_long_lines_and_no_gaps(name: str) -> None:
    for values in (built_in.sample(name), LEAST[name], long(built_in.sample(name))):
        text = built_in.fill(name, values).text

        assert not re.search(r"<\w|&\w+;", text)
        assert "\n\n\n" not in text
        assert text == text.strip("\n") + "\n" * text.endswith("\n")
        for line in text.splitlines():
            assert line == line.rstrip()
            assert len(line) <= 76 or "://" in line


@every_mail
def test_links_are_never_broken_in_a_text(name: str) -> None:
    link = "https://app.example.com/" + "long-path/" * 60

    text = built_in.fill(name, with_links(built_in.sample(name), link)).text

    assert "https://www.example.com" in text
    assert text.count("long-path/") % 60 == 0
    assert all(line.strip().startswith("https://app") for line in text.splitlines() if "long-path" in line)
