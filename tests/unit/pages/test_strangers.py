"""Who comes without a right, or with bad intent; and what every answer has."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from postroom.errors import Unavailable
from postroom.pages.model import LIFETIME
from postroom.pages.page import trouble_page
from postroom.templates.model import Branding
from postroom.users.manage import FindUsers
from tests.fakes.http import Answer, request
from tests.unit.pages.conftest import FORM, World, fields_of


def _wrong(world: World) -> dict[str, str]:
    right = world.token()
    other = World()
    return {
        "none": "",
        "cut": right[:-10],
        "changed": right[:90] + ("A" if right[90] != "A" else "B") + right[91:],
        "two": f"{right},{right}",
        "of another installation": other.token(),
        "of nobody": world.token("nobody"),
        "of another tenant's user": world.token("vera", tenant_id="ten_b"),
        "of no tenant": world.token(tenant_id="ten_c"),
        "long": "a" * 40_000,
        "another line": "x\r\nSet-Cookie: a=b",
        "markup": "<script>alert(1)</script>",
    }


@pytest.mark.parametrize("kind", _wrong(World()))
def test_all_wrong_links_look_alike_and_do_nothing(world: World, kind: str) -> None:
    token, before = _wrong(world)[kind], world.state
    asked = [world.get(page, token) for page in ("preferences", "less")]
    asked += [world.post(page, {"token": token, "action": "stop"}) for page in ("preferences", "less")]
    asked += [world.one_click(page, token) for page in ("preferences", "less")]

    plain = world.get(token="x" * 200)
    assert {(answer.status, answer.text) for answer in asked} == {(404, plain.text)}
    assert all(answer.headers == plain.headers for answer in asked)
    assert "Acme" not in plain.text
    assert world.state == before


def test_old_links_revoked_ones_and_those_of_deleted_users_look_the_same(world: World) -> None:
    plain = world.get(token="x" * 200)
    of_vera, of_ann = world.token("vera"), world.token()

    world.revocations.revoke("ten_a", "ann", world.clock())
    world.users.delete(FindUsers(world.users).one("ten_a", "vera"))
    answers = [world.get(token=of_ann), world.get(token=of_vera)]
    world.clock.advance(timedelta(seconds=1))
    fresh = world.token()
    assert world.get(token=fresh).status == 200
    world.clock.advance(LIFETIME)
    answers.append(world.get(token=fresh))

    assert {(answer.status, answer.text) for answer in answers} == {(404, plain.text)}


def test_a_link_of_one_user_changes_nothing_of_another(world: World) -> None:
    before = world.amounts()

    world.post("preferences", {"token": world.token(tenant_id="ten_b"), "action": "stop"})
    assert world.amounts() == before
    world.post("preferences", {"token": world.token("vera"), "action": "stop", "user": "ann", "tenant_id": "ten_a"})

    assert world.preferences.of_user("ten_a", "ann") == {}
    assert world.preferences.of_user("ten_b", "ann") != {}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("page", ["preferences", "less"])
def test_looking_changes_nothing_whatever_is_in_the_address(world: World, method: str, page: str) -> None:
    before, token = world.state, world.token(event_type="job_failed")
    query = {"token": token, "action": "stop", "was.amount": "immediate", "List-Unsubscribe": "One-Click"}

    answer = world(method, page, query=query, body=urlencode(query), headers={"content-type": FORM})

    assert answer.status == 200
    assert world.state == before


def test_head_is_a_get_without_its_body(world: World) -> None:
    query = {"token": world.token()}

    get, head = world("GET", "preferences", query=query), world("HEAD", "preferences", query=query)
    lost = world("HEAD", "preferences", query={"token": "x"})

    assert (head.status, head.headers, head.text) == (get.status, get.headers, "")
    assert (lost.status, lost.text) == (404, "")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(world: World, method: str) -> None:
    answer = world(method, "preferences", query={"token": world.token()})

    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, POST")


NESTED = "".join(f"--b{n}\nContent-Type: multipart/mixed; boundary=b{n + 1}\n\n" for n in range(800))


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("a=" + "x" * 60_000, FORM, 413),
        ("&".join(f"f{number}=1" for number in range(600)), FORM, 400),
        (b"token=\xff\xfe", FORM, 400),
        ("token=%ff%fe", FORM, 400),
        ('{"token": "x"}', "application/json", 415),
        ("<a/>", "text/xml", 415),
        ("nothing of the kind", "multipart/form-data; boundary=x", 404),
        ("--x\r\n\r\n", "multipart/form-data; boundary=x\r\nBcc: a", 400),
        ("--x\r\na: b\r\n\r\nc\r\n" * 600 + "--x--", "multipart/form-data; boundary=x", 413),
        (NESTED, "multipart/form-data; boundary=b0", 413),
        (NESTED[:1900], "multipart/form-data; boundary=b0", 404),
        ("", FORM, 404),
    ],
)
def test_bodies_that_are_no_form_are_refused(world: World, body: str | bytes, content_type: str, status: int) -> None:
    before = world.state

    assert world("POST", "preferences", body=body, headers={"content-type": content_type}).status == status
    assert world.state == before


def test_a_line_break_in_a_field_goes_nowhere(world: World) -> None:
    answer = world.submit({"digest_hour": "7\r\nSet-Cookie: a=b", "amount.job_failed": "daily\r\n"})

    assert answer.status == 422
    assert all("\r" not in value and "\n" not in value for value in answer.headers.values())


def test_a_word_for_what_was_done_is_one_of_ours(world: World) -> None:
    answer = world.get(done="You have won, <a href=x>click</a>")

    assert "won" not in answer.text
    assert 'role="status"' not in answer.text


def _all_kinds(world: World) -> dict[str, Answer]:
    token = world.token(event_type="job_failed")
    return {
        "preferences": world.get(token=token),
        "less": world.get("less", token),
        "wrong": world.submit({"digest_hour": "99"}),
        "lost": world.get(token="x"),
        "one click": world.one_click("less", token),
        "method": world("PUT", "preferences"),
    }


@pytest.mark.parametrize("kind", _all_kinds(World()))
def test_a_page_runs_nothing_asks_nobody_and_is_kept_by_nobody(world: World, kind: str) -> None:
    answer = _all_kinds(world)[kind]

    headers = answer.headers
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Content-Security-Policy"].startswith(
        "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; style-src 'sha256-"
    )
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert not re.search(r"<script|\bon\w+=|style=|http:|<iframe|<link", answer.text)


def test_the_redirect_tells_nobody_where_it_comes_from(world: World) -> None:
    headers = world.submit({"digest_hour": "7"}).headers

    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")


def test_the_tenants_logo_is_the_one_thing_from_elsewhere(world: World) -> None:
    world.branding = Branding("Acme", logo_url="https://cdn.example.com:8443/logo.png?x=1")

    answer = world.get()

    assert answer.headers["Content-Security-Policy"].endswith("; img-src https://cdn.example.com:8443")
    assert re.findall(r'https?://[^"<]+', answer.text) == ["https://cdn.example.com:8443/logo.png?x=1"]


@pytest.mark.parametrize("url", ["http://example.com/a.png", "https://a b/x", "https://x;script-src *", "javascript:x"])
def test_an_address_of_a_logo_that_could_be_more_than_one_is_not_used(world: World, url: str) -> None:
    world.branding = Branding("Acme", logo_url=url)

    answer = world.get()

    assert "<img" not in answer.text
    assert "img-src" not in answer.headers["Content-Security-Policy"]


def test_every_field_has_a_label(world: World) -> None:
    text = world.get().text

    labelled = set(re.findall(r'<label for="([^"]+)"', text))
    shown = {name for name in fields_of(world.get()) if name != "token" and not name.startswith("was.")}
    assert labelled == shown
    assert shown == set(re.findall(r'\bid="([^"]+)" name=', text))


def test_a_table_that_does_not_answer_is_a_page_that_says_to_try_again(world: World) -> None:
    class Down:
        def revoked_at(self, tenant_id: str, user_id: str) -> None:
            raise Unavailable

    object.__setattr__(world.pages.open, "revocations", Down())

    answer = world.get()

    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert "Try again" in answer.text
    assert trouble_page(Unavailable())["body"] == answer.text


def test_a_page_that_there_is_not_is_not_found(world: World) -> None:
    event = request("GET", "/pages/others", query={"token": world.token()})

    assert world.pages(event)["statusCode"] == 404
