"""A message's content as bytes: compressed JSON, since a row is paid for by its size."""

import base64
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from postroom.messages.model import Attachment, Content, Mailbox
from postroom.templates.model import Filling

Part = str | int | None
"""A text, an HTML page, an attachment's base64 or a long value of a filling: itself, or in a bundle its place among the
parts."""

_WORTH_SHARING = 4_000
"""Letters of a value: what is said to all alike is compressed with its neighbours as long as it is short."""


def encode(content: Content) -> bytes:
    return _compressed(_document(content, lambda part: part))


def decode(blob: bytes) -> Content:
    return _content(_decompressed(blob), lambda part: part)


def encode_bundle(contents: Mapping[str, Content]) -> bytes:
    """Contents by message id. Equal parts are held once."""
    places: dict[str, int] = {}
    documents = {
        message_id: _document(content, lambda part: None if part is None else places.setdefault(part, len(places)))
        for message_id, content in contents.items()
    }
    return _compressed({"messages": documents, "parts": list(places)})


def open_bundle(blob: bytes) -> "Bundle":
    document = _decompressed(blob)
    return Bundle(document["messages"], document["parts"])


@dataclass(frozen=True, slots=True)
class Bundle:
    documents: Mapping[str, Any]
    parts: list[str]

    def content(self, message_id: str) -> Content | None:
        document = self.documents.get(message_id)
        if document is None:
            return None
        return _content(document, lambda place: None if place is None else self.parts[place])


def raw_size(contents: Mapping[str, Content]) -> int:
    """About how many characters would be compressed."""
    parts = {part for content in contents.values() for part in (content.text, content.html) if part}
    parts |= {value for content in contents.values() for value in _long_values(content.filling).values()}
    files = {attachment.data for content in contents.values() for attachment in content.attachments}
    return sum(map(len, parts)) + sum(map(len, files))


def _compressed(document: object) -> bytes:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode())


def _decompressed(blob: bytes) -> Any:  # noqa: ANN401 - JSON
    return json.loads(zlib.decompress(blob))


def _document(content: Content, stored: Callable[[str | None], Part]) -> dict[str, Any]:
    filling = {"filling": _filling_document(content.filling, stored)} if content.filling else {}
    return filling | {
        "subject": content.subject,
        "text": stored(content.text),
        "html": stored(content.html),
        "to": _pairs(content.to),
        "cc": _pairs(content.cc),
        "reply_to": _pairs(content.reply_to),
        "headers": content.headers,
        "attachments": [
            {
                "filename": attachment.filename,
                "content_type": attachment.content_type,
                "data": stored(base64.b64encode(attachment.data).decode()),
            }
            for attachment in content.attachments
        ],
    }


def _content(document: Mapping[str, Any], part: Callable[[Any], Any]) -> Content:
    return Content(
        subject=document["subject"],
        text=part(document["text"]),
        html=part(document["html"]),
        to=_mailboxes(document["to"]),
        cc=_mailboxes(document["cc"]),
        reply_to=_mailboxes(document["reply_to"]),
        headers=tuple((name, value) for name, value in document["headers"]),
        attachments=tuple(
            Attachment(entry["filename"], entry["content_type"], base64.b64decode(part(entry["data"])))
            for entry in document["attachments"]
        ),
        filling=_filling(document["filling"], part) if "filling" in document else None,
    )


def _filling_document(filling: Filling, stored: Callable[[str | None], Part]) -> list[Any]:
    long = _long_values(filling)
    if not long:
        return [filling.data, filling.sealed]
    short = {name: value for name, value in filling.data.items() if name not in long}
    return [short, filling.sealed, {name: stored(value) for name, value in long.items()}]


def _filling(document: list[Any], part: Callable[[Any], Any]) -> Filling:
    data, sealed, *long = document
    return Filling({**data, **{name: part(place) for some in long for name, place in some.items()}}, sealed)


def _long_values(filling: Filling | None) -> dict[str, str]:
    data = filling.data if filling else {}
    return {name: value for name, value in data.items() if isinstance(value, str) and len(value) > _WORTH_SHARING}


def _pairs(mailboxes: tuple[Mailbox, ...]) -> list[tuple[str, str]]:
    return [(mailbox.address, mailbox.name) for mailbox in mailboxes]


def _mailboxes(pairs: list[list[str]]) -> tuple[Mailbox, ...]:
    return tuple(Mailbox(address, name) for address, name in pairs)
