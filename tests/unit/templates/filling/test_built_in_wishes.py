"""By which links a mail lets its reader hear of less."""

import pytest

from local import built_in
from tests.built_in_data import LEAST
from tests.mail_html import Elements

LESS = "https://mail.example.org/pages/less?token=abc_-d"
PREFERENCES = "https://mail.example.org/pages/preferences?token=abc_-d"
OF_EVENTS = ("job_success", "job_failed", "job_partial", "compliance_violation", "scheduled_backup_complete")


@pytest.mark.parametrize("name", OF_EVENTS)
def test_a_mail_of_an_event_leads_to_less_of_its_kind_and_to_all_preferences(name: str) -> None:
    mail = built_in.fill(name, LEAST[name] | {"less_url": LESS, "preferences_url": PREFERENCES})

    assert f'href="{LESS}"' in mail.html
    assert f'href="{PREFERENCES}"' in mail.html
    assert f"\n\nLess of this kind:\n{LESS}\n\nYour preferences:\n{PREFERENCES}\n" in mail.text


def test_a_digest_leads_to_all_preferences_alone() -> None:
    mail = built_in.fill("digest", LEAST["digest"] | {"preferences_url": PREFERENCES})

    assert mail.html.count(PREFERENCES) == 1
    assert mail.text.endswith(f"\n\nYour preferences:\n{PREFERENCES}\n")
    assert "Less of this kind" not in mail.html + mail.text


@pytest.mark.parametrize("name", [*OF_EVENTS, "digest"])
def test_a_mail_says_nothing_of_a_choice_that_may_be_the_tenants_or_the_roles(name: str) -> None:
    mail = built_in.fill(name, LEAST[name])

    for part in (Elements(mail.html).text, " ".join(mail.text.split())):
        assert "You get this mail because" in part
        assert "your notifications from" in part
        assert "chose" not in part


@pytest.mark.parametrize("name", built_in.names())
@pytest.mark.parametrize("links", [{}, {"less_url": "", "preferences_url": ""}])
def test_a_mail_without_such_links_says_nothing_of_them(name: str, links: dict[str, str]) -> None:
    mail = built_in.fill(name, LEAST[name] | links)

    assert "preferences" not in mail.html.lower() + mail.text.lower()
    assert "Less of this kind" not in mail.html + mail.text
    assert not mail.text.endswith("\n\n")


def test_what_leads_elsewhere_than_to_the_web_is_no_link() -> None:
    bad = {"less_url": "javascript:alert(1)", "preferences_url": 'https://x"onclick="alert(1)'}

    mail = built_in.fill("job_failed", LEAST["job_failed"] | bad)

    assert "javascript:" not in mail.html
    assert not Elements(mail.html).values("onclick")
