"""What the rows of a job hold of many users, compressed: a row is paid for by its size."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

from postroom.clock import from_milliseconds, to_milliseconds
from postroom.jobs.model import Outcome, Portion, Skip, Tally


def encode_members(portion: Portion) -> bytes:
    return _compressed([portion.user_ids, [[skip.user_id, skip.reason] for skip in portion.skipped]])


def decode_members(blob: bytes) -> tuple[tuple[str, ...], tuple[Skip, ...]]:
    user_ids, skipped = _decompressed(blob)
    return tuple(user_ids), tuple(Skip(*skip) for skip in skipped)


def encode_tallies(tallies: Mapping[int, Tally]) -> bytes:
    return _compressed({number: [to_milliseconds(one.counted_at), one.counts] for number, one in tallies.items()})


def decode_tallies(blob: bytes) -> dict[int, Tally]:
    return {
        int(number): Tally({Outcome(name): count for name, count in counts.items()}, from_milliseconds(at))
        for number, (at, counts) in _decompressed(blob).items()
    }


def _compressed(document: object) -> bytes:
    return zlib.compress(json.dumps(document, separators=(",", ":")).encode())


def _decompressed(blob: bytes) -> Any:  # noqa: ANN401 - JSON
    return json.loads(zlib.decompress(blob))
