"""The pages on the deployed template, whose policies are enforced."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from tests.e2e.conftest import LiveStack
from tests.e2e.test_events import FAILED, ended, posted
from tests.e2e.test_the_way_of_a_mail import _all_logs, until
from tests.fakes.http import Answer
from tests.unit.pages.conftest import fields_of

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def browser(stack: LiveStack) -> Iterator[httpx.Client]:
    """Of somebody who has a link and nothing else."""
    with stack.caller(None) as stranger:
        yield stranger


def link(tenant: httpx.Client, user: str = "ann") -> str:
    """Path and query: the stack is behind another address here."""
    answer = tenant.post(f"/v1/users/{user}/preference-links")
    assert answer.status_code == 200, answer.text
    parts = urlsplit(answer.json()["preferences_url"])
    return f"{parts.path}?{parts.query}"


def an_admin(tenant: httpx.Client) -> str:
    tenant.put("/v1/users/ann", json={"email": "ann@example.com", "role": "admin"}).raise_for_status()
    return link(tenant)


def form_of(page: httpx.Response) -> dict[str, str]:
    return fields_of(Answer(page.status_code, page.headers, page.text))


def test_a_user_changes_preferences_by_a_link_and_the_log_tells_of_it(
    stack: LiveStack, tenant: httpx.Client, browser: httpx.Client
) -> None:
    url = an_admin(tenant)

    page, head = browser.get(url), browser.head(url)
    form = {**form_of(page), "amount.job_failed": "weekly", "digest_hour": "6", "quiet": "every_day"}
    sent = browser.post("/pages/preferences", data=form)
    saved = browser.get(sent.next_request.url.raw_path.decode() if sent.next_request else "")

    assert (page.status_code, head.status_code, head.text) == (200, 200, "")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert (sent.status_code, saved.status_code) == (303, 200)
    assert "Saved." in saved.text
    assert form_of(saved)["amount.job_failed"] == "weekly"
    assert tenant.get("/v1/preferences/ann~job_failed").json()["delivery"] == "weekly"
    assert tenant.get("/v1/users/ann/notification-settings").json()["digest_hour"] == 6
    told = tenant.get("/v1/audit", params={"order": "created_at"}).json()["items"]
    own = [entry for entry in told if entry["actor"]["role"] == "preference_link"]
    assert {entry["action"] for entry in own} == {"user.settings_changed", "preference.created"}
    assert {(entry["actor"]["user_id"], entry["actor"]["key_id"]) for entry in own} == {("ann", None)}
    assert form["token"] not in _all_logs(stack)


def test_a_mail_programs_button_needs_one_request(tenant: httpx.Client, browser: httpx.Client) -> None:
    url = an_admin(tenant)

    answers = [browser.post(url, data=ONE_CLICK), browser.post(url, files={"List-Unsubscribe": (None, "One-Click")})]

    assert [answer.status_code for answer in answers] == [200, 200]
    holding = tenant.get("/v1/users/ann/effective-preferences").json()["items"]
    assert {(one["enabled"], one["rule"]) for one in holding} == {(False, "own")}


def test_links_end_when_they_are_revoked_and_with_their_user(tenant: httpx.Client, browser: httpx.Client) -> None:
    first = an_admin(tenant)

    tenant.post("/v1/users/ann/preference-links/revoke").raise_for_status()
    second = link(tenant)
    revoked = [browser.get(first).status_code, browser.get(second).status_code]
    tenant.delete("/v1/users/ann").raise_for_status()
    deleted = browser.get(second)
    tenant.put("/v1/users/ann", json={"email": "ann@example.com"}).raise_for_status()

    assert revoked == [404, 200]
    assert deleted.status_code == 404
    assert deleted.text == browser.get(first).text == browser.get("/pages/less?token=x").text
    assert tenant.post("/v1/users/nobody/preference-links/revoke").status_code == 404
    assert tenant.post("/v1/users/nobody/preference-links").status_code == 404


def test_a_link_is_of_its_own_tenant(stack: LiveStack, tenant: httpx.Client, browser: httpx.Client) -> None:
    url = an_admin(tenant)
    with stack.caller(stack.new_tenant("another")) as other:
        an_admin(other)

        browser.post(url, data=ONE_CLICK).raise_for_status()

        assert other.get("/v1/preferences").json()["items"] == []


def test_what_is_beside_the_pages_asks_for_a_key(browser: httpx.Client) -> None:
    assert browser.get("/pages/others").status_code in {401, 404}
    assert browser.get("/pages").status_code in {401, 404}
    assert browser.put("/pages/preferences").status_code == 405


def test_the_links_of_a_mail_lead_there_and_its_button_ends_such_mails(
    stack: LiveStack, tenant: httpx.Client, browser: httpx.Client
) -> None:
    domain = f"{uuid4().hex[:10]}.example.com"
    stack.new_account(tenant.headers["Authorization"].split()[1], f"news@{domain}", min_wait_time=0, daily_limit=1000)
    tenant.put("/v1/users/ann", json={"email": f"ann@{domain}", "role": "admin"}).raise_for_status()
    until(lambda found: len(found["items"]) == 1, lambda: tenant.get("/v1/users", params={"role": "admin"}))
    ended(tenant, posted(tenant, FAILED)["id"])
    [mail] = stack.mailbox.wait_for(lambda mail: mail.rcpt_tos == (f"ann@{domain}",))
    url = str(mail.message["List-Unsubscribe"]).strip("<>")
    text = mail.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]

    pages = [browser.get(link) for link in re.findall(r"https?://\S+/pages/\S+", text)]
    clicked = browser.post(url, data=ONE_CLICK)
    event = ended(tenant, posted(tenant, FAILED)["id"])

    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [page.status_code for page in pages] == [200, 200]
    assert ["Less of" in page.text for page in pages] == [True, False]
    assert clicked.status_code == 200
    assert event["status"] == "done"
    assert event["told"].keys() <= {"not_wanted"}
