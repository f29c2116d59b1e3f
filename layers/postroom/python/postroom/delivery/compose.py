"""From what is stored of a message to its finished mail, in the name of an account."""

from dataclasses import dataclass, replace

from postroom.accounts.model import Account
from postroom.clock import Clock
from postroom.delivery.mime.assemble import Assemble
from postroom.delivery.model import Finished
from postroom.errors import Unsendable
from postroom.messages.model import Content, Mailbox
from postroom.messages.ports import StoredContent


@dataclass(frozen=True, slots=True)
class Compose:
    assemble: Assemble
    clock: Clock

    def __call__(self, stored: StoredContent | None, message_id: str, account: Account) -> Finished:
        """Raises Unsendable, and Unavailable when the content cannot be read now."""
        if stored is None:
            raise Unsendable("Its content is not stored any more")
        content = _with_reply_to(stored.open(), account)
        sender = Mailbox(account.config.email, account.config.sender_name)
        return self.assemble(content, sender, message_id, self.clock())


def _with_reply_to(content: Content, account: Account) -> Content:
    if content.reply_to or account.config.reply_to is None:
        return content
    return replace(content, reply_to=(Mailbox(account.config.reply_to),))
