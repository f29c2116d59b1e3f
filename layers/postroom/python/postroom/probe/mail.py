"""One mail by the usual way of a message, so that an account's owner sees one arrive."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta

from postroom.accounts.deeds import account_test_mail
from postroom.accounts.manage import FindAccounts
from postroom.accounts.model import Account, AccountStatus
from postroom.audit.acting import entries_of
from postroom.audit.ports import WriteAlone
from postroom.errors import Conflict, PostroomError
from postroom.ids import Seed
from postroom.messages.draft import Draft
from postroom.messages.model import Content, Mailbox, Message, OnUncertain, Priority
from postroom.templates.model import Filling, Wanted

Accept = Callable[[str, Sequence[Draft], Seed], Sequence[Message | PostroomError]]

_LIFETIME = timedelta(hours=1)
"""Who tries a mailbox looks now; a test that arrives tomorrow confuses."""

_WHAT_TO_DO = {
    AccountStatus.PENDING: "is pending: test its connection with POST {path}/test-connection first",
    AccountStatus.INACTIVE: "is inactive: resume it with POST {path}/resume first",
    AccountStatus.ERROR: "was stopped: correct it, and test its connection with POST {path}/test-connection",
}


@dataclass(frozen=True)
class SendTestMail:
    find: FindAccounts
    accept: Accept
    tell: WriteAlone

    def __call__(self, tenant_id: str, account_id: str, recipient: str, seed: Seed) -> Message:
        """Raises NotFound, and Conflict when the account is not active."""
        account = self.find.one(tenant_id, account_id)
        status = account.config.status
        if status is not AccountStatus.ACTIVE:
            what_to_do = _WHAT_TO_DO[status].format(path=f"/v1/accounts/{account.id}")
            raise Conflict(f"{account.config.email} {what_to_do}")
        self.tell(entries_of(tenant_id, account_test_mail(account, recipient)))
        [result] = self.accept(tenant_id, [_draft(account, recipient, seed)], seed)
        if isinstance(result, PostroomError):
            raise result
        return result


def _draft(account: Account, recipient: str, seed: Seed) -> Draft:
    data = {
        "account_email": account.config.email,
        "host": account.config.smtp_host,
        "sent_at": f"{seed.moment.astimezone(UTC):%-d %B %Y, %H:%M} UTC",
    }
    return Draft(
        recipients=(recipient,),
        content=Content("", None, None, (Mailbox(recipient),), filling=Filling(data)),
        priority=Priority.HIGH,
        on_uncertain=OnUncertain.HOLD,
        account_id=account.id,
        template=Wanted("test_email"),
        expires_at=seed.moment + _LIFETIME,
    )
