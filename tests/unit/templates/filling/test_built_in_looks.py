from dataclasses import replace

import pytest

from local import built_in
from postroom.templates.lint import lint
from postroom.templates.model import Source
from postroom.templates.remarks import Level
from tests.mail_html import Elements, Seen, in_the_dark

every_mail = pytest.mark.parametrize("name", built_in.names())


@every_mail
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("colour", ["#0b6e4f", "#ffe08a", "#777777", "#000000", "#ffffff"])
def test_what_is_written_can_be_read(name: str, scheme: str, colour: str) -> None:
    html = built_in.fill(name, built_in.sample(name), replace(built_in.BRAND, colour=colour)).html

    seen = Seen(html if scheme == "light" else in_the_dark(html))

    assert len(seen.contrasts) > 5
    for text, contrast in seen.contrasts:
        assert contrast >= 4.5, text
    assert min(seen.sizes) >= 13


def test_the_dark_is_dark() -> None:
    html = built_in.fill("welcome", built_in.sample("welcome")).html

    assert Seen(html).grounds.isdisjoint(Seen(in_the_dark(html)).grounds - {built_in.BRAND.colour})


@every_mail
def test_phones_the_dark_and_outlook_are_provided_for(name: str) -> None:
    html = built_in.fill(name, built_in.sample(name)).html

    assert "@media only screen and (max-width: 480px)" in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert "[data-ogsc] .card" in html
    assert html.count("<!--[if mso]>") == html.count("<![endif]-->") == 3
    assert '<meta name="color-scheme" content="light dark">' in html
    assert '<html lang="en" dir="ltr"' in html
    assert "mso-hide: all" in html


@pytest.mark.parametrize(
    ("name", "colour", "word"),
    [
        ("test_email", "#1d5fbf", "Test"),
        ("job_success", "#1b7a3d", "✓ Succeeded"),
        ("scheduled_backup_complete", "#1b7a3d", "✓ Backup complete"),
        ("job_failed", "#b3261e", "✕ Failed"),
        ("compliance_violation", "#b3261e", "✕ Policy violation"),
        ("job_partial", "#a34f00", "! Partly done"),
    ],
)
def test_the_kind_of_news_is_told_by_colour_symbol_and_word(name: str, colour: str, word: str) -> None:
    html = built_in.fill(name, built_in.sample(name)).html

    assert f"background-color: {colour}" in html
    assert word in Elements(html).text


@pytest.mark.parametrize(("locale", "direction"), [("ar", "rtl"), ("he-IL", "rtl"), ("arn", "ltr"), ("de-CH", "ltr")])
def test_a_mail_of_another_language_has_that_language_and_its_direction(locale: str, direction: str) -> None:
    html = built_in.fill_in(Source("s", '{% extends "base.html" %}', None, locale), {}).html

    assert f'<html lang="{locale}" dir="{direction}"' in html


def test_a_mail_whose_language_nobody_said_claims_none() -> None:
    html = built_in.fill_in(Source("s", '{% extends "base.html" %}', None), {}).html

    assert '<html dir="ltr"' in html


@every_mail
def test_no_mail_breaks_in_gmail_or_outlook(name: str) -> None:
    mail = built_in.fill(
        name, built_in.sample(name), replace(built_in.BRAND, logo_url="https://cdn.example.com/logo.png")
    )

    assert not [warning for warning in lint(mail.subject, mail.html) if warning.level is Level.ERROR]
