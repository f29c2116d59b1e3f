"""Sources of tenants' templates that were used lately."""

from collections import OrderedDict
from collections.abc import Callable
from sys import getsizeof
from threading import Lock

from postroom.templates.model import Source

Key = tuple[str, str, int]


class KeptSources:
    """Reads what it does not have; as many are kept as fit into so many ``bytes``. What is raised is not kept."""

    def __init__(self, read: Callable[[str, str, int], Source], most: int) -> None:
        self._read = read
        self._left = most
        self._sources: OrderedDict[Key, Source] = OrderedDict()
        self._lock = Lock()

    def __call__(self, tenant_id: str, template_id: str, version: int) -> Source:
        key = (tenant_id, template_id, version)
        with self._lock:
            kept = self._sources.get(key)
            if kept is not None:
                self._sources.move_to_end(key)
                return kept
        source = self._read(*key)
        with self._lock:
            self._keep(key, source)
        return source

    def _keep(self, key: Key, source: Source) -> None:
        if key in self._sources:
            return  # another thread was quicker
        self._sources[key] = source
        self._left -= size_of(source)
        while self._left < 0:
            _, oldest = self._sources.popitem(last=False)
            self._left += size_of(oldest)


def size_of(source: Source) -> int:
    """Bytes in memory: one character beyond ASCII makes a text up to four times as large."""
    return sum(map(getsizeof, (source.subject, source.html, source.text)))
