"""The pages as Chromium shows them: without scripts, on a phone and on a computer, light and dark."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest

from local.place import LOOPBACK, ROOT
from postroom.pages.model import Amount
from postroom.preferences.model import UserSettings, Weekday, Window
from tests.fakes.http import request
from tests.faults.browser import Browser, chromium, running_browser
from tests.unit.pages.conftest import World

pytestmark = pytest.mark.skipif(chromium() is None, reason="There is no Chromium here: apt install chromium")

PHONE, NARROW, COMPUTER = 360, 320, 1280
PICTURES = ROOT / ".local/pictures"


@contextmanager
def served(world: World) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The pages over HTTP, as the gateway hands requests on; and the requests, each with its Referer."""
    seen: list[tuple[str, str]] = []

    class Gateway(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            seen.append((f"{self.command} {parts.path}", self.headers.get("Referer", "")))
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            event = request(
                self.command, parts.path, body, headers=dict(self.headers), query=dict(parse_qsl(parts.query))
            )
            answer = world.pages({**event, "headers": dict(self.headers)})
            self.send_response(answer["statusCode"])
            for name, value in answer["headers"].items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer["body"].encode())

        do_GET = do_POST = _answer  # noqa: N815 - as http.server calls them

        def log_message(self, *_: object) -> None:
            """A test prints its own lines."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Gateway)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}/pages", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with running_browser(tmp_path_factory.mktemp("browser")) as running:
        yield running


def _a_full_world() -> World:
    world = World()
    world.new_type("deploys", "A new version is out. " * 6)
    world.new_type("a_very_long_name_of_an_event_type_that_no_line_of_a_phone_holds", "x" * 300)
    world.set(UserSettings((Window(frozenset({Weekday.MONDAY, Weekday.SUNDAY}), time(9), time(10, 30)),), revision=1))
    return world


def test_a_person_without_scripts_changes_what_comes_on_a_phone(browser: Browser) -> None:
    world = World()
    with served(world) as (url, seen):
        browser.open_tab(PHONE)
        browser.go(f"{url}/preferences?token={world.token()}")
        browser.choose("[name='amount.job_failed']", "In a digest once a w")
        browser.choose("[name='amount.job_success']", "At")
        browser.choose("#digest_hour", "19")
        browser.choose("#quiet", "From")
        browser.choose("#quiet_start", "0930PM")
        browser.click("button")

        assert "Saved." in browser.text
        assert browser.chosen("[name='amount.job_failed']") == "weekly"
        assert browser.chosen("#quiet") == "workdays"
        assert browser.chosen("#quiet_start") == "21:30"
        assert (world.amount("job_failed"), world.amount("job_success")) == (Amount.WEEKLY, Amount.IMMEDIATE)
        settings = world.settings.get("ten_a", "ann")
        workdays = frozenset(Weekday) - {Weekday.SATURDAY, Weekday.SUNDAY}
        assert settings.digest_hour == 19
        assert settings.quiet_hours == (Window(workdays, time(21, 30), time(7)),)
        assert [line for line, _ in seen if "favicon" not in line] == [
            "GET /pages/preferences",
            "POST /pages/preferences",
            "GET /pages/preferences",
        ]

        browser.click("button.second")
        assert "No more mails of any kind will come." in browser.text
        assert set(world.amounts().values()) == {"off"}


def test_less_is_one_button_and_the_way_to_the_rest_a_link(browser: Browser) -> None:
    world = World()
    with served(world) as (url, seen):
        browser.open_tab(PHONE)
        browser.go(f"{url}/less?token={world.token(event_type='job_failed')}")
        assert world.amount("job_failed") is Amount.IMMEDIATE
        for amount in (Amount.DAILY, Amount.WEEKLY, Amount.OFF):
            browser.click("button")
            assert world.amount("job_failed") is amount
        assert not browser.value("document.querySelector('button')")
        browser.click("main a")

        assert browser.chosen("[name='amount.job_failed']") == "off"
        assert {referer for _, referer in seen} == {""}  # a page's address holds the token


def test_what_cannot_be_saved_is_said_beside_what_was_entered(browser: Browser) -> None:
    world = World()
    with served(world) as (url, _):
        browser.open_tab(PHONE)
        browser.go(f"{url}/preferences?token={world.token()}")
        browser.choose("#quiet", "Every")
        browser.choose("#quiet_start", "0700AM")
        browser.click("button")

        assert "cannot last all week" in browser.text
        assert browser.chosen("#quiet") == "every_day"


def test_words_of_others_run_nothing_and_a_policy_is_kept_by_the_page_itself(browser: Browser) -> None:
    world = World()
    world.new_type("deploys", "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">")
    with served(world) as (url, seen):
        browser.open_tab(COMPUTER, scripts=True)
        browser.go(f"{url}/preferences?token={world.token()}")

        assert browser.value("document.title") == "Your mails · Acme"
        assert browser.value("getComputedStyle(document.querySelector('main')).borderTopColor") == "rgb(170, 51, 0)"
        assert [line for line, _ in seen if "favicon" not in line] == ["GET /pages/preferences"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", ["preferences", "less", "lost"])
@pytest.mark.parametrize("width", [NARROW, COMPUTER])
def test_nothing_has_to_be_scrolled_sideways(browser: Browser, width: int, page: str, scheme: str) -> None:
    world = _a_full_world()
    event_type = "a_very_long_name_of_an_event_type_that_no_line_of_a_phone_holds"
    token = "x" if page == "lost" else world.token(event_type=event_type)
    with served(world) as (url, _):
        browser.open_tab(width, scheme=scheme)
        browser.go(f"{url}/{page.replace('lost', 'less')}?token={token}")
        if PICTURES.is_dir():
            browser.picture(PICTURES / f"page-{page}-{width}-{scheme}.png")

        assert browser.width == width
        ground = browser.value("getComputedStyle(document.body).backgroundColor")
        assert ground == ("rgb(238, 241, 245)" if scheme == "light" else "rgb(18, 22, 28)")
        heights = browser.value(
            "JSON.stringify([...document.querySelectorAll('select,button,input:not([type=hidden])')]"
            ".map(one => one.getBoundingClientRect().height))"
        )
        assert all(float(height) >= 44 for height in str(heights).strip("[]").split(",") if height)
