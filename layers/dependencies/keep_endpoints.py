"""Leaves in botocore's ``endpoints.json`` only the services that go along.

    python keep_endpoints.py <endpoints.json> <service> ...

It says of all 400 where they are, and each cold start reads it whole for its first client: 10 ms and 8 MB.
"""

import json
import sys
from collections.abc import Collection
from pathlib import Path


def keep(path: Path, services: Collection[str]) -> None:
    endpoints = json.loads(path.read_text("utf-8"))
    for partition in endpoints["partitions"]:
        there = partition["services"]
        partition["services"] = {name: there[name] for name in there if name in services}
    # Another file in its place: an installer may have linked the one that is there to its cache.
    path.unlink()
    path.write_text(json.dumps(endpoints), "utf-8")


if __name__ == "__main__":
    keep(Path(sys.argv[1]), sys.argv[2:])
