import re
from dataclasses import replace

import pytest

from local import built_in
from tests.built_in_data import with_links, with_words
from tests.mail_html import Elements

LOGO = "https://cdn.example.com/logo.png"

every_mail = pytest.mark.parametrize("name", built_in.names())


@every_mail
def test_hostile_data_never_become_markup_or_code(name: str) -> None:
    attack = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 191 }}{% raw %}</td></style>"
    harmless = with_words(built_in.sample(name), "harmless")

    mail = built_in.fill(name, with_words(built_in.sample(name), attack))

    found = Elements(mail.html)
    assert found.marks == Elements(built_in.fill(name, harmless).html).marks
    assert "script" not in dict(found.marks)
    assert "1337" not in mail.subject + mail.html + mail.text
    assert "<script>alert(1)</script>" in found.text
    assert "\n" not in mail.subject


@every_mail
@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", " JaVaScRiPt:alert(1)", "data:text/html,x", "//example.com", "/x", "vbscript:x"]
)
def test_only_addresses_of_the_web_become_links(name: str, link: str) -> None:
    html = built_in.fill(name, with_links(built_in.sample(name), link)).html

    assert set(Elements(html).values("href")) <= {built_in.BRAND.url}


@every_mail
def test_nothing_is_loaded_but_the_logo(name: str) -> None:
    mail = built_in.fill(name, built_in.sample(name), replace(built_in.BRAND, logo_url=LOGO))

    found = Elements(mail.html)
    assert found.values("src", "background", "srcset", "poster") == [LOGO]
    assert found.values("alt") == [built_in.BRAND.name]
    assert not {"script", "link", "iframe", "form", "object", "video"} & set(dict(found.marks))
    assert not re.search(r"url\(|@import|@font-face", mail.html)
