"""A template's source as the bytes that are stored."""

import json
import zlib

from postroom.templates.model import Source


def encode(source: Source) -> bytes:
    parts = [source.subject, source.html, source.text, source.locale]
    return zlib.compress(json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode())


def decode(blob: bytes) -> Source:
    return Source(*json.loads(zlib.decompress(blob)))
