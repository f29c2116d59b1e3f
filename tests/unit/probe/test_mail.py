from postroom.accounts.manage import FindAccounts
from postroom.ids import Seed
from postroom.messages.model import Priority
from postroom.probe.mail import SendTestMail
from postroom.templates.filling.built_in import built_in
from postroom.templates.filling.render import Render
from postroom.templates.model import Branding, Source
from postroom.templates.sandbox.environment import Sandbox, SharedLoader
from tests.builders import an_account
from tests.fakes.audit import MemoryAuditLog
from tests.fakes.sending import TENANT, FakeSender
from tests.fakes.time import NOON


def test_a_test_mail_gives_the_built_in_template_all_that_it_asks_for() -> None:
    sender = FakeSender()
    sender.templates.sources["test_email"] = Source("", None, "")
    sender.add_account(an_account(tenant_id=TENANT))
    send = SendTestMail(FindAccounts(sender.accounts), sender.acceptor(), MemoryAuditLog().write)

    message = send(TENANT, "acc_1", "ann@example.org", Seed.fresh(NOON))

    filling = sender.contents.get_many([message]).popitem()[1].open().filling
    source = built_in().source("test_email")
    assert filling is not None
    assert source is not None
    rendered = Render(Sandbox(SharedLoader(built_in().shared)))(source, filling.data, Branding("Acme"))
    assert rendered.subject == "Test mail from sales@example.com"
    assert "31 January 2030, 12:00 UTC" in (rendered.text or "")
    assert message.priority is Priority.HIGH
