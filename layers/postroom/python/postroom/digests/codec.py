"""Plans as bytes, in pieces that each fit into an item."""

import json
import zlib

from postroom.digests.model import Part, Plan

_PIECE = 350_000
"""Bytes. An item has 400 kB at most; this is some 20,000 events."""


def encode(plan: Plan) -> list[bytes]:
    """One at least."""
    document = {
        "parts": [[part.message_id, part.address, list(part.event_ids)] for part in plan.parts],
        "unwanted": list(plan.unwanted),
    }
    blob = zlib.compress(json.dumps(document, separators=(",", ":")).encode())
    return [blob[start : start + _PIECE] for start in range(0, len(blob), _PIECE)]


def decode(pieces: list[bytes]) -> Plan:
    document = json.loads(zlib.decompress(b"".join(pieces)))
    parts = tuple(Part(message_id, address, tuple(ids)) for message_id, address, ids in document["parts"])
    return Plan(parts, tuple(document["unwanted"]))
