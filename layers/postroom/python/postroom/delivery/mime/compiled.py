"""A message in its fixed and its changing parts: what many mails have in common is encoded once and filled in often."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from postroom.delivery.mime.headers import Field, text_field
from postroom.delivery.mime.parts import BOUNDARY, Part
from postroom.delivery.mime.wire import check_header
from postroom.delivery.model import Finished

_MIME_VERSION = b"MIME-Version: 1.0\r\n"
_ALTERNATIVES, _MIXED = b"alternative", b"mixed"


@dataclass(frozen=True, slots=True)
class Compiled:
    """What does not change from mail to mail. Fields and parts have been checked when they were made."""

    fields: tuple[Field, ...]
    attachments: tuple[Part, ...]

    def fill(self, message_id: str, fields: Sequence[Field], bodies: Sequence[Part]) -> Finished:
        """The finished mail; ``bodies``: the same content in several forms, the best last, one at least.

        Raises Unsendable when the header is not exactly these fields.
        """
        own = text_field("Message-ID", f"<{message_id}>")
        boundary = _boundary(message_id)
        entity = _multipart(_ALTERNATIVES, boundary, bodies) if len(bodies) > 1 else list(bodies)
        if self.attachments:
            entity = _multipart(_MIXED, boundary, (b"".join(entity), *self.attachments))
        everything = (*self.fields, *fields, own)
        finished = b"".join((*(field.wire for field in everything), _MIME_VERSION, *entity))
        check_header(finished, [*(field.name for field in everything), *_mime_fields(entity)])
        return Finished(finished)


def _mime_fields(entity: Sequence[bytes]) -> tuple[str, ...]:
    if len(entity) > 1:
        return ("MIME-Version", "Content-Type")
    return ("MIME-Version", "Content-Type", "Content-Transfer-Encoding")


def _boundary(message_id: str) -> bytes:
    """By the Message-ID: a message that is tried again is the same message again.

    That it does not occur in a part is not left to chance: no line of a part's body begins with ``BOUNDARY``.
    """
    return BOUNDARY + hashlib.blake2b(message_id.encode(), digest_size=12).hexdigest().encode()


def _multipart(subtype: bytes, boundary: bytes, parts: Sequence[bytes]) -> list[bytes]:
    """In pieces, so that large parts are copied only once more.

    No delimiter has a dot: behind the last one, nobody needs to look for lines that begin with one.
    """
    delimiter = b"%b_%b" % (boundary, subtype)
    pieces = [b'Content-Type: multipart/%b;\r\n boundary="%b"\r\n\r\n' % (subtype, delimiter[2:])]
    for part in parts:
        pieces += (delimiter, b"\r\n", part, b"\r\n")
    pieces += (delimiter, b"--\r\n")
    return pieces
