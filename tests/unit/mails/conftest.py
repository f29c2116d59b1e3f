import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from postroom.accounts.reserve import Unbook
from postroom.idempotency.run_once import RunOnce
from postroom.ids import Seed
from postroom.mails.ask import AskForMail
from postroom.mails.cool_down import LetThrough
from postroom.mails.make import MakeMail, Outcome
from postroom.mails.model import MailSettings
from postroom.mails.routes import mail_routes
from postroom.messages.cancel import CancelMessage
from postroom.messages.model import Message
from postroom.messages.ports import Filter, Ticket
from postroom.paging import PageRequest
from postroom.templates.model import Filling, Source
from postroom.tenancy.model import Caller, Role
from postroom.tokens.issue import IssueToken
from postroom.tokens.model import Purpose, Redemption
from postroom.tokens.redeem import RedeemToken
from postroom.users.manage import FindUsers
from postroom.users.model import User
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.builders import a_user
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.mails import MemoryCoolDowns, MemoryMailSettings, MemoryRequests, PlainSealer
from tests.fakes.sending import TENANT, FakeSender
from tests.fakes.templates import PlainTemplates
from tests.fakes.tokens import MemoryTokens
from tests.fakes.users import MemoryUsers

OPERATOR = Caller(TENANT, "key_a", Role.OPERATOR)
APP = "https://app.example.com"
TEMPLATES = {
    name: Source(f"{name} for you", None, "{link}")
    for name in ("email_verification", "password_reset", "user_invitation", "welcome", "notification_address")
}


class Users(MemoryUsers):
    """Remembers which addresses it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked_for: list[str] = []

    def by_email(self, tenant_id: str, address: str) -> User | None:
        self.asked_for.append(address)
        return super().by_email(tenant_id, address)


@dataclass
class Office:
    """The API, the queue behind it and the worker behind that, with a tenant whose user is Ann."""

    sender: FakeSender = field(default_factory=lambda: FakeSender(templates=PlainTemplates(dict(TEMPLATES))))
    settings: MemoryMailSettings = field(default_factory=MemoryMailSettings)
    users: Users = field(default_factory=Users)
    requests: MemoryRequests = field(default_factory=MemoryRequests)
    cool_downs: MemoryCoolDowns = field(default_factory=MemoryCoolDowns)
    tokens: MemoryTokens = field(default_factory=MemoryTokens)
    sealer: PlainSealer = field(default_factory=PlainSealer)

    def __post_init__(self) -> None:
        self.clock, routes = self.sender.clock, Routes()
        look_up = self.sender.acceptor().look_up
        mail_routes(routes, AskForMail(self.settings, FindUsers(self.users), look_up, self.requests, self.clock))
        self._api = Api(routes, RunOnce(MemoryRecords(), self.clock), self.clock)
        self.redeem = RedeemToken(self.tokens, FindUsers(self.users), self.clock)
        self.make = MakeMail(
            settings=self.settings,
            users=FindUsers(self.users),
            let_through=LetThrough(self.cool_downs),
            issue=IssueToken(self.tokens, self.sealer),
            seal=self.sealer,
            accept=self.sender.acceptor(),
            cancel=CancelMessage(self.sender.messages, Unbook(self.sender.accounts, self.clock)),
            clock=self.clock,
        )
        self.users.put(a_user(tenant_id=TENANT, email="Ann@example.com", locale="de-AT", user_type="editor"), None)
        self.users.asked_for.clear()
        self.settings.put(TENANT, MailSettings(origins=(APP,)))

    def post(
        self, path: str, caller: Caller = OPERATOR, headers: dict[str, str] | None = None, **body: object
    ) -> Answer:
        return send(self._api, authorised(request("POST", f"/v1/emails/{path}", body, headers=headers), caller))

    def ask_for_reset(self, email: str = "ann@example.com", **more: Any) -> Answer:  # noqa: ANN401 - of a request
        return self.post("password-reset", email=email, **({"base_url": APP} | more))

    def work(self) -> list[Outcome]:
        """What became of each request on the queue."""
        waiting, self.requests.waiting = self.requests.waiting, []
        return [self.make(one) for one in waiting]

    @property
    def messages(self) -> tuple[Message, ...]:
        return self.sender.messages.page(TENANT, Filter(), PageRequest(limit=500)).items

    def filling(self, message: Message) -> Filling:
        content = self.sender.contents.get_many([message])[Ticket(message.tenant_id, message.id)].open()
        assert content.filling is not None
        return content.filling

    def link(self, message: Message) -> str:
        """What its mail leads to, once it is opened."""
        sealed = self.filling(message).sealed
        assert sealed is not None
        link: str = json.loads(self.sealer.unseal(sealed))["link"]
        return link

    def verify(self, link: str, purpose: Purpose = Purpose.PASSWORD_RESET) -> Redemption:
        """Raises Invalid."""
        [token] = parse_qs(urlsplit(link).query)["token"]
        return self.redeem(TENANT, purpose, token, Seed.fresh(self.clock()))


@pytest.fixture
def office() -> Office:
    return Office()
