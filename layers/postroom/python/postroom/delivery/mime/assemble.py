"""From a message's content to the bytes that are sent (RFC 5322, RFC 2045)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime

from postroom.delivery.mime.compiled import Compiled
from postroom.delivery.mime.headers import Field, address_field, text_field
from postroom.delivery.mime.known import Known
from postroom.delivery.mime.parts import Part, attachment_part, text_part
from postroom.delivery.model import Finished
from postroom.errors import Unsendable
from postroom.messages.model import Attachment, Content, Mailbox, is_our_header

Assemble = Callable[[Content, Mailbox, str, datetime], Finished]
"""Content, sender, Message-ID with or without its brackets, and the Date."""

_KEPT_BYTES = 32 * 1024 * 1024
_NOBODY = "undisclosed-recipients:;"


class Assembler:
    """Remembers the encoded form of what mails have in common. One serves a whole process; threads may share it."""

    def __init__(self, kept_bytes: int = _KEPT_BYTES) -> None:
        self._known = Known(kept_bytes)

    def __call__(self, content: Content, sender: Mailbox, message_id: str, date: datetime) -> Finished:
        """The finished bytes: CRLF throughout, and ASCII but for addresses that are not (``needs_smtputf8``).

        Raises Unsendable when the content cannot be written so that it is read exactly as it was meant.
        """
        compiled = self.compiled(sender, content.reply_to, content.headers, content.attachments)
        subject = self._known(text_field, "Subject", content.subject)
        changing = (*self._to_whom(content), subject, self._known(_date, date.replace(microsecond=0)))
        return compiled.fill(message_id.strip("<>"), changing, self.bodies(content.text, content.html))

    def compiled(
        self,
        sender: Mailbox,
        reply_to: Sequence[Mailbox],
        headers: Sequence[tuple[str, str]],
        attachments: Sequence[Attachment],
    ) -> Compiled:
        return Compiled(
            fields=tuple(self._fixed_fields(sender, reply_to, headers)),
            attachments=tuple(
                self._known(attachment_part, attachment.filename, attachment.content_type, attachment.data)
                for attachment in attachments
            ),
        )

    def bodies(self, text: str | None, html: str | None) -> list[Part]:
        given = ((text, "plain"), (html, "html"))
        bodies = [self._known(text_part, body, subtype) for body, subtype in given if body is not None]
        if not bodies:
            raise Unsendable("It has neither text nor html")
        return bodies

    def _fixed_fields(
        self, sender: Mailbox, reply_to: Sequence[Mailbox], headers: Sequence[tuple[str, str]]
    ) -> Iterator[Field]:
        yield self._known(address_field, "From", (sender,))
        if reply_to:
            yield self._known(address_field, "Reply-To", tuple(reply_to))
        for name, value in headers:
            if is_our_header(name):
                raise Unsendable(f"The header {name} is not free to be set")
            yield self._known(text_field, name, value)

    def _to_whom(self, content: Content) -> Iterator[Field]:
        if content.to:
            yield address_field("To", content.to)
        if content.cc:
            yield address_field("Cc", content.cc)
        if not content.to and not content.cc:
            yield self._known(text_field, "To", _NOBODY)


def _date(date: datetime) -> Field:
    return text_field("Date", format_datetime(date))
