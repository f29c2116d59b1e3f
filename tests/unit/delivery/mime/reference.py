"""The same mail as the standard library makes it, and what a reader gets out of either."""

import email
import email.policy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.utils import collapse_rfc2231_value, format_datetime, getaddresses
from typing import Any

from postroom.messages.model import Content, Mailbox

ADDRESS_FIELDS = ("From", "To", "Cc", "Reply-To")


@dataclass(frozen=True, slots=True)
class Seen:
    """A part as a reader sees it; a multipart has no content."""

    content_type: str
    charset: str | None
    disposition: str | None
    filename: str | None
    content: bytes | None


def made_by_the_standard_library(content: Content, sender: Mailbox, message_id: str, date: datetime) -> bytes:
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = _addresses([sender])
    message["To"] = _addresses(content.to) or "undisclosed-recipients:;"
    for name, mailboxes in (("Cc", content.cc), ("Reply-To", content.reply_to)):
        if mailboxes:
            message[name] = _addresses(mailboxes)
    message["Subject"] = content.subject
    message["Date"] = format_datetime(date)
    message["Message-ID"] = message_id
    for name, value in content.headers:
        message[name] = value
    if content.text is not None:
        message.set_content(content.text)
    if content.html is not None and content.text is not None:
        message.add_alternative(content.html, subtype="html")
    elif content.html is not None:
        message.set_content(content.html, subtype="html")
    for attachment in content.attachments:
        main, _, sub = attachment.content_type.partition("/")
        message.add_attachment(attachment.data, maintype=main, subtype=sub, filename=attachment.filename)
    # Without folding: where Python 3.11 folds, it loses spaces, and even recipients.
    return message.as_bytes(policy=email.policy.SMTP.clone(max_line_length=0))


def parts_of(octets: bytes) -> list[Seen]:
    message = email.message_from_bytes(octets, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return [_seen(part, _filename(part)) for part in message.walk()]


def parts_by_the_old_parser(octets: bytes) -> list[Seen]:
    message = email.message_from_bytes(octets, policy=email.policy.compat32)
    return [_seen(part, _old_filename(part)) for part in message.walk()]


def texts_of(octets: bytes) -> list[tuple[str, str]]:
    """The header but for its addresses, and for what belongs to MIME."""
    message = email.message_from_bytes(octets, policy=email.policy.default)
    return [(name, str(value)) for name, value in message.items() if _is_text(name)]


def texts_by_the_old_parser(octets: bytes) -> list[tuple[str, str]]:
    message = email.message_from_bytes(octets, policy=email.policy.compat32)
    return [(name, _decoded(value)) for name, value in message.items() if _is_text(name)]


def mailboxes_of(octets: bytes, name: str) -> list[str]:
    """Addresses alone: before Python 3.13 the newer parser keeps the space between two encoded words of a name."""
    field = email.message_from_bytes(octets, policy=email.policy.default)[name]
    return [address.addr_spec for address in field.addresses] if field else []


def mailboxes_by_the_old_parser(octets: bytes, name: str) -> list[Mailbox]:
    field = email.message_from_bytes(octets, policy=email.policy.compat32)[name]
    pairs = getaddresses([field.replace("\r\n", "")]) if field else []
    return [Mailbox(address, _decoded(phrase)) for phrase, address in pairs]


def _addresses(mailboxes: Sequence[Mailbox]) -> list[Address]:
    return [Address(mailbox.name, addr_spec=mailbox.address) for mailbox in mailboxes]


def _seen(part: Message, filename: str | None) -> Seen:
    payload = None if part.is_multipart() else part.get_payload(decode=True)
    assert payload is None or isinstance(payload, bytes)
    charset = part.get_content_charset()
    return Seen(part.get_content_type(), charset, part.get_content_disposition(), filename, payload)


def _filename(part: Message) -> str | None:
    # get_filename takes <> and quotes away from around a name, however it was written.
    disposition: Any = part["Content-Disposition"]
    filename: str | None = disposition.params.get("filename") if disposition else None
    return filename


def _old_filename(part: Message) -> str | None:
    filename = part.get_param("filename", None, "content-disposition")
    return None if filename is None else collapse_rfc2231_value(filename, errors="strict")


def _is_text(name: str) -> bool:
    return name not in {*ADDRESS_FIELDS, "MIME-Version"} and not name.startswith("Content-")


def _decoded(value: str) -> str:
    return str(make_header(decode_header(value.replace("\r\n", ""))))
