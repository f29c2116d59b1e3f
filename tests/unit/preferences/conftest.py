from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from postroom.audit.model import Entries
from postroom.errors import FieldError, Invalid
from postroom.event_types.manage import DeleteEventType, FindEventTypes, PutEventType
from postroom.event_types.routes import event_type_routes
from postroom.idempotency.run_once import RunOnce
from postroom.ids import Seed
from postroom.mails.model import MailRequest
from postroom.preferences.confirm import AskOwner, AskOwnerAgain, NoteConfirmed
from postroom.preferences.forget import ForgetUser, TypeSubscriptions
from postroom.preferences.look_up import ReadWishes, TellWhatHolds
from postroom.preferences.manage import DeletePreference, FindPreferences, PutPreference
from postroom.preferences.model import Preference, TenantSettings
from postroom.preferences.ports import Written
from postroom.preferences.routes import (
    bulk_routes,
    confirmation_routes,
    preference_routes,
    tenant_settings_routes,
    user_settings_routes,
)
from postroom.preferences.settings import (
    ChangeTenantSettings,
    ChangeUserSettings,
    ReadTenantSettings,
    ReadUserSettings,
)
from postroom.preferences.show import Show
from postroom.tenancy.model import Caller, Role
from postroom.tokens.issue import IssueToken
from postroom.tokens.model import Issued, Person, Purpose, Token
from postroom.tokens.redeem import RedeemToken
from postroom.users.manage import DeleteUser, FindUsers, PutUser
from postroom.users.model import UserRole
from postroom.users.routes import user_routes
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.builders import a_user
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.mails import PlainSealer
from tests.fakes.preferences import MemoryEventTypes, MemoryPreferences, MemoryTenantSettings, MemoryUserSettings
from tests.fakes.time import FakeClock
from tests.fakes.tokens import MemoryTokens
from tests.fakes.users import MemoryUsers

OPERATOR = Caller("ten_a", "key_a", Role.OPERATOR)
ADMIN = Caller("ten_a", "key_x", Role.ADMIN)
VIEWER = Caller("ten_a", "key_v", Role.VIEWER)
ANNS = Caller("ten_a", "key_b", Role.VIEWER, user_id="ann")
STRANGER = Caller("ten_b", "key_c", Role.ADMIN)
CONFIRM = "https://app.example.com/confirm"


class Busy(MemoryPreferences):
    """Lets somebody else change a preference just before each of the next writes."""

    def __init__(self) -> None:
        super().__init__()
        self.before: list[Preference] = []

    def put(self, preference: Preference, seen: Preference | None, entries: Entries = ()) -> Written:
        if self.before:
            other = self.before.pop(0)
            super().put(other, self.get(other.tenant_id, other.id))
        return super().put(preference, seen, entries)


@dataclass
class Office:
    """A tenant with Ann, an admin, Olaf, an operator, and Vera, a viewer; mails that were asked for stay here."""

    store: Busy = field(default_factory=Busy)
    users: MemoryUsers = field(default_factory=MemoryUsers)
    user_settings: MemoryUserSettings = field(default_factory=MemoryUserSettings)
    tenants: MemoryTenantSettings = field(default_factory=MemoryTenantSettings)
    types: MemoryEventTypes = field(default_factory=MemoryEventTypes)
    tokens: MemoryTokens = field(default_factory=MemoryTokens)
    clock: FakeClock = field(default_factory=FakeClock)
    asked: list[MailRequest] = field(default_factory=list)
    origin_is_gone: bool = False

    def __post_init__(self) -> None:
        routes, users, types = Routes(), FindUsers(self.users), FindEventTypes(self.types)
        ask, show = AskOwner(self.tenants, self._ask), Show(users, types)
        put = PutPreference(self.store, users, types, ask, self.clock)
        preference_routes(routes, FindPreferences(self.store), put, DeletePreference(self.store), show)
        bulk_routes(routes, put, show)
        confirmation_routes(routes, AskOwnerAgain(self.store, ask), show)
        read = ReadWishes(self.store, self.user_settings, self.tenants)
        user_settings_routes(
            routes,
            ReadUserSettings(self.user_settings, users),
            ChangeUserSettings(self.user_settings, users),
            TellWhatHolds(users, types, read),
        )
        change = ChangeTenantSettings(self.tenants, types, lambda _, url: url.startswith("https://app.example.com/"))
        tenant_settings_routes(routes, ReadTenantSettings(self.tenants), change)
        subscriptions = TypeSubscriptions(self.store, self.tenants)
        put_type = PutEventType(self.types, _problem_of, self.clock)
        event_type_routes(routes, types, put_type, DeleteEventType(self.types, subscriptions))
        forget = ForgetUser(self.store, self.user_settings)
        user_routes(routes, users, PutUser(self.users, self.clock), DeleteUser(self.users, forget))
        self._api = Api(routes, RunOnce(MemoryRecords(), self.clock), self.clock)
        heed = {Purpose.NOTIFICATION_ADDRESS: NoteConfirmed(self.store, self.clock)}
        self._redeem = RedeemToken(self.tokens, users, self.clock, heed)
        self._issue = IssueToken(self.tokens, PlainSealer())
        for user_id, role in (("ann", UserRole.ADMIN), ("olaf", UserRole.OPERATOR), ("vera", UserRole.VIEWER)):
            self.users.put(a_user(id=user_id, email=f"{user_id}@example.com", role=role), None)
        self.users.put(a_user(tenant_id="ten_b", role=UserRole.ADMIN), None)
        for tenant_id in ("ten_a", "ten_b"):
            self.tenants.put(tenant_id, TenantSettings(confirmation_url=CONFIRM))

    def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        caller: Caller = OPERATOR,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        return send(self._api, authorised(request(method, f"/v1/{path}", body, query=query, headers=headers), caller))

    def post(self, user: str | None = "ann", event_type: str = "job_failed", **more: Any) -> Answer:  # noqa: ANN401
        caller = more.pop("caller", OPERATOR)
        named = {"user": user} if user else {}
        return self("POST", "preferences", {**named, "event_type": event_type, **more}, caller=caller)

    def ids(self, caller: Caller = OPERATOR, **query: str) -> list[str]:
        return [one["id"] for one in self("GET", "preferences", query=query, caller=caller).json["items"]]

    def effective(self, user: str = "ann") -> dict[str, Any]:
        items = self("GET", f"users/{user}/effective-preferences").json["items"]
        return {one["event_type"]: one for one in items}

    def token_of(self, mail: MailRequest) -> Issued:
        """As the worker behind the queue issues it."""
        person = Person(mail.email or "", mail.user_id, is_elsewhere=True)
        ends = self.clock() + timedelta(hours=24)
        issued = self._issue(Token("ten_a", Purpose.NOTIFICATION_ADDRESS, person, ends), mail.id)
        assert issued is not None
        return issued

    def redeem(self, issued: Issued, seed: Seed | None = None) -> None:
        """Raises Invalid."""
        fresh = Seed.fresh(self.clock())
        self._redeem("ten_a", Purpose.NOTIFICATION_ADDRESS, issued.text, seed or fresh)

    def _ask(self, mail: MailRequest) -> None:
        if self.origin_is_gone:
            raise Invalid((FieldError("base_url", "must have one of the origins"),))
        self.asked.append(mail)


def _problem_of(_: str, name: str) -> str | None:
    return "There is no such template" if name == "missing" else None


@pytest.fixture
def office() -> Office:
    return Office()
