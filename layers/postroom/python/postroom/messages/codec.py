"""A message's content as bytes: compressed JSON, since a row is paid for by its size."""

import base64
import json
import zlib
from typing import Any

from postroom.messages.model import Attachment, Content, Mailbox


def encode(content: Content) -> bytes:
    return zlib.compress(json.dumps(_document(content), ensure_ascii=False, separators=(",", ":")).encode())


def decode(blob: bytes) -> Content:
    document = json.loads(zlib.decompress(blob))
    return Content(
        subject=document["subject"],
        text=document["text"],
        html=document["html"],
        to=_mailboxes(document["to"]),
        cc=_mailboxes(document["cc"]),
        reply_to=_mailboxes(document["reply_to"]),
        headers=tuple((name, value) for name, value in document["headers"]),
        attachments=tuple(
            Attachment(entry["filename"], entry["content_type"], base64.b64decode(entry["data"]))
            for entry in document["attachments"]
        ),
    )


def _document(content: Content) -> dict[str, Any]:
    return {
        "subject": content.subject,
        "text": content.text,
        "html": content.html,
        "to": _pairs(content.to),
        "cc": _pairs(content.cc),
        "reply_to": _pairs(content.reply_to),
        "headers": content.headers,
        "attachments": [
            {
                "filename": attachment.filename,
                "content_type": attachment.content_type,
                "data": base64.b64encode(attachment.data).decode(),
            }
            for attachment in content.attachments
        ],
    }


def _pairs(mailboxes: tuple[Mailbox, ...]) -> list[tuple[str, str]]:
    return [(mailbox.address, mailbox.name) for mailbox in mailboxes]


def _mailboxes(pairs: list[list[str]]) -> tuple[Mailbox, ...]:
    return tuple(Mailbox(address, name) for address, name in pairs)
