from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from postroom.audit.model import KEPT, Entry
from postroom.event_types.manage import FindEventTypes
from postroom.event_types.model import EventType, Nature
from postroom.mails.model import MailRequest
from postroom.pages.change import ChangeWishes
from postroom.pages.front import Pages
from postroom.pages.links import SealedLinks
from postroom.pages.model import Amount
from postroom.pages.open import OpenLink
from postroom.pages.show import ShowWishes
from postroom.preferences.confirm import AskOwner
from postroom.preferences.look_up import ReadWishes, TellWhatHolds
from postroom.preferences.manage import PutPreference
from postroom.preferences.model import UserSettings
from postroom.preferences.settings import ChangeUserSettings
from postroom.templates.model import Branding
from postroom.users.manage import FindUsers
from postroom.users.model import UserRole
from tests.builders import a_user
from tests.fakes.http import Answer, request
from tests.fakes.pages import LocalSeal, MemoryRevocations
from tests.fakes.preferences import MemoryEventTypes, MemoryPreferences, MemoryTenantSettings, MemoryUserSettings
from tests.fakes.time import FakeClock
from tests.fakes.users import MemoryUsers

FORM = "application/x-www-form-urlencoded"


@dataclass
class World:
    """The pages of a tenant with Ann, an admin, and Vera, a viewer; and Ann's of another tenant."""

    preferences: MemoryPreferences = field(default_factory=MemoryPreferences)
    settings: MemoryUserSettings = field(default_factory=MemoryUserSettings)
    tenants: MemoryTenantSettings = field(default_factory=MemoryTenantSettings)
    types: MemoryEventTypes = field(default_factory=MemoryEventTypes)
    users: MemoryUsers = field(default_factory=MemoryUsers)
    revocations: MemoryRevocations = field(default_factory=MemoryRevocations)
    clock: FakeClock = field(default_factory=FakeClock)
    seal: LocalSeal = field(default_factory=LocalSeal)
    branding: Branding = field(default_factory=lambda: Branding("Acme", colour="#aa3300"))

    def __post_init__(self) -> None:
        users, types = FindUsers(self.users), FindEventTypes(self.types)
        self.tell = TellWhatHolds(users, types, ReadWishes(self.preferences, self.settings, self.tenants))
        put = PutPreference(self.preferences, users, types, AskOwner(self.tenants, _never), self.clock)
        self.pages = Pages(
            OpenLink(self.seal, users, self.revocations, self.clock),
            ShowWishes(self.tell, lambda _: self.branding),
            ChangeWishes(self.tell, put, ChangeUserSettings(self.settings, users)),
            self.clock,
            KEPT,
        )
        self.links = SealedLinks("https://mail.example.org", self.seal, self.clock)
        people = (("ann", "Ann Berger", UserRole.ADMIN), ("vera", "Vera", UserRole.VIEWER))
        for user_id, name, role in people:
            self.users.put(a_user(id=user_id, name=name, email=f"{user_id}@example.com", role=role), None)
        self.users.put(a_user(tenant_id="ten_b", id="ann", role=UserRole.ADMIN), None)

    def token(self, user: str = "ann", event_type: str | None = None, tenant_id: str = "ten_a") -> str:
        url = self.links(tenant_id, user, event_type).preferences_url
        [token] = parse_qs(urlsplit(url).query)["token"]
        return token

    def __call__(self, method: str, page: str, **more: Any) -> Answer:  # noqa: ANN401
        event = request(method, f"/pages/{page}", **more)
        answer = self.pages(event)
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    def get(self, page: str = "preferences", token: str | None = None, **query: str) -> Answer:
        return self("GET", page, query={"token": self.token() if token is None else token, **query})

    def post(self, page: str, fields: Mapping[str, str], **more: Any) -> Answer:  # noqa: ANN401
        return self("POST", page, body=urlencode(fields), headers={"content-type": FORM}, **more)

    def submit(self, changes: Mapping[str, str], page: str = "preferences", token: str | None = None) -> Answer:
        """The page's form as a browser sends it, with what a person changed."""
        shown = self.get(page, token)
        return self.post(page, {**fields_of(shown), **changes})

    def one_click(self, page: str, token: str) -> Answer:
        return self.post(page, {"List-Unsubscribe": "One-Click"}, query={"token": token})

    def amount(self, event_type: str, user: str = "ann") -> Amount:
        holding = self.tell("ten_a", user).holding
        return next(Amount.of(one.effective.choice) for one in holding if one.event_type.name == event_type)

    def amounts(self, user: str = "ann") -> dict[str, str]:
        return {one.event_type.name: Amount.of(one.effective.choice).value for one in self.tell("ten_a", user).holding}

    def set(self, settings: UserSettings, user: str = "ann") -> None:
        seen = self.settings.get("ten_a", user)
        self.settings.replace("ten_a", user, seen, settings)

    def new_type(self, name: str, description: str = "", nature: Nature = Nature.NEWS) -> None:
        self.types.put("ten_a", EventType(name, nature, "job_success", description=description, revision=1), None)

    @property
    def told(self) -> tuple[Entry, ...]:
        return self.preferences.log.entries + self.settings.log.entries

    @property
    def state(self) -> tuple[object, ...]:
        """All that could have changed."""
        own = {user: self.preferences.of_user("ten_a", user) for user in ("ann", "vera")}
        return own, self.settings.get("ten_a", "ann"), self.told


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.forms = 0
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        self.forms += tag == "form"
        if self.forms != 1:
            return
        if tag == "input":
            self.fields[got["name"]] = got["value"]
        if tag == "select":
            self._select = got["name"]
        if tag == "option" and ("selected" in got or self._select not in self.fields):
            self.fields[self._select] = got["value"]


def fields_of(answer: Answer) -> dict[str, str]:
    """What a browser would send of the first form."""
    form = _Form()
    form.feed(answer.text)
    return form.fields


def _never(_: MailRequest) -> None:
    raise AssertionError("Nobody is asked to confirm an address by a page")


@pytest.fixture
def world() -> World:
    return World()
