"""What anybody may read and keep: a text with the name of its version (RFC 9110, sections 8.8.3 and 13.1.2)."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Published:
    """``text`` is told apart by ``etag``, which is as it stands in the header."""

    media_type: str
    text: str
    etag: str

    @classmethod
    def of(cls, media_type: str, text: str) -> "Published":
        return cls(media_type, text, f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"')

    def is_known(self, if_none_match: str) -> bool:
        named = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
        return not named.isdisjoint({self.etag, "*"})
