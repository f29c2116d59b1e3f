"""From what is stored of a message to its finished mail, in the name of an account."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from postroom.accounts.model import Account
from postroom.clock import Clock
from postroom.delivery.mime.assemble import Assemble
from postroom.delivery.model import Finished
from postroom.delivery.sealed import Secrets, Unseal, opened
from postroom.errors import Unsendable
from postroom.messages.model import Content, Mailbox, Message
from postroom.messages.ports import StoredContent
from postroom.templates.model import Filling, Reference, Rendered

FillIn = Callable[[str, Reference, Filling], Rendered]
"""A tenant's template and what it is filled with. Raises Unsendable, and Unavailable when it cannot be read now."""


@dataclass(frozen=True, slots=True)
class Composed:
    """``subject`` may be stored and shown: None when what it was filled with may not."""

    mail: Finished
    subject: str | None
    secrets: Secrets


@dataclass(frozen=True, slots=True)
class Compose:
    assemble: Assemble
    fill_in: FillIn
    unseal: Unseal
    clock: Clock

    def __call__(self, stored: StoredContent | None, message: Message, message_id: str, account: Account) -> Composed:
        """Raises Unsendable, and Unavailable when what it is made of cannot be read now."""
        if stored is None:
            raise Unsendable("Its content is not stored any more")
        content = _with_reply_to(stored.open(), account)
        filling, secrets = opened(content.filling or Filling(), self.unseal)
        sender = Mailbox(account.config.email, account.config.sender_name)
        try:
            content = self._filled_in(content, message, filling)
            mail = self.assemble(content, sender, message_id, self.clock())
        except Unsendable as error:
            raise Unsendable(secrets.hidden_in(error.detail)) from error
        return Composed(mail, content.subject if _may_be_shown(message, secrets) else None, secrets)

    def _filled_in(self, content: Content, message: Message, filling: Filling) -> Content:
        if content.filling is None or message.template is None:
            return content
        rendered = self.fill_in(message.tenant_id, message.template, filling)
        return replace(content, subject=rendered.subject, text=rendered.text, html=rendered.html)


def _may_be_shown(message: Message, secrets: Secrets) -> bool:
    """The subjects of our own templates hold no links; what a tenant's makes of one cannot be told."""
    is_ours = message.template is not None and message.template.template_id is None
    return is_ours or not secrets.texts


def _with_reply_to(content: Content, account: Account) -> Content:
    if content.reply_to or account.config.reply_to is None:
        return content
    return replace(content, reply_to=(Mailbox(account.config.reply_to),))
