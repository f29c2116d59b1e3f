"""From a message's content to the bytes that are sent (RFC 5322, RFC 2045)."""

from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from postroom.delivery.headers import Field, address_field, attachment_field, content_type, text_field, utf8
from postroom.delivery.wire import LONGEST_LINE, check_header, check_lines
from postroom.errors import Unsendable
from postroom.messages.model import Attachment, Content, Mailbox, is_our_header

_PRINTABLE = frozenset(b"\t\r\n" + bytes(range(0x20, 0x7F)))


def assemble(content: Content, sender: Mailbox, message_id: str, date: datetime) -> bytes:
    """The finished bytes, with CRLF and 7-bit throughout. ``message_id`` may come with or without its brackets.

    Raises Unsendable when the content cannot be written so that it is read exactly as it was meant.
    """
    fields = tuple(_fields(content, sender, message_id, date))
    message = EmailMessage(policy=SMTP)
    for field in fields:
        message[field.name] = field
    _fill(message, content)
    finished = message.as_bytes(policy=SMTP)
    check_lines(finished)
    check_header(finished, fields)
    return finished


def _fields(content: Content, sender: Mailbox, message_id: str, date: datetime) -> Iterator[Field]:
    yield address_field("From", (sender,))
    if content.to:
        yield address_field("To", content.to)
    if content.cc:
        yield address_field("Cc", content.cc)
    if not content.to and not content.cc:
        yield text_field("To", "undisclosed-recipients:;")
    if content.reply_to:
        yield address_field("Reply-To", content.reply_to)
    yield text_field("Subject", content.subject)
    yield text_field("Date", format_datetime(date))
    yield text_field("Message-ID", f"<{message_id.strip('<>')}>")
    for name, value in content.headers:
        _refuse_ours(name)
        yield text_field(name, value)


def _refuse_ours(name: str) -> None:
    if is_our_header(name):
        message = f"The header {name} is not free to be set"
        raise Unsendable(message)


def _fill(message: EmailMessage, content: Content) -> None:
    if content.text is not None:
        _set_text(message, content.text, "plain")
    if content.html is not None and content.text is not None:
        message.add_alternative(content.html, subtype="html", charset="utf-8", cte=_transfer_encoding(content.html))
    elif content.html is not None:
        _set_text(message, content.html, "html")
    for attachment in content.attachments:
        _attach(message, attachment)


def _set_text(message: EmailMessage, text: str, subtype: str) -> None:
    message.set_content(text, subtype=subtype, charset="utf-8", cte=_transfer_encoding(text))


def _transfer_encoding(text: str) -> str:
    """Never ``8bit``: a server may not offer 8BITMIME, and the next one on the way may not either."""
    body = utf8(text, "The body")
    unprintable = sum(byte not in _PRINTABLE for byte in body)
    if unprintable == 0 and max(map(len, body.splitlines()), default=0) <= LONGEST_LINE:
        return "7bit"
    return "base64" if unprintable * 6 > len(body) else "quoted-printable"


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    kind = content_type(attachment.content_type)
    message.add_attachment(
        attachment.data,
        maintype=kind.main,
        subtype=kind.sub,
        params={"charset": kind.charset} if kind.charset else None,
        cte="base64",
        headers=[attachment_field(attachment.filename)],
    )
