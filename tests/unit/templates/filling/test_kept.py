import pytest

from postroom.templates.filling.kept import KeptSources, size_of
from postroom.templates.model import Source

SIZE = size_of(Source("1", "x" * 1000, None))


class Store:
    def __init__(self) -> None:
        self.read: list[int] = []

    def source(self, _tenant_id: str, _template_id: str, version: int) -> Source:
        self.read.append(version)
        if version == 404:
            raise LookupError
        return Source(str(version), "x" * 1000, None)


@pytest.fixture
def store() -> Store:
    return Store()


def ask(kept: KeptSources, *versions: int) -> None:
    for version in versions:
        assert kept("ten_a", "tpl_1", version).subject == str(version)


def test_what_fits_is_read_once(store: Store) -> None:
    kept = KeptSources(store.source, 3 * SIZE)

    ask(kept, 1, 2, 3, 1, 2, 3)

    assert store.read == [1, 2, 3]


def test_what_was_used_longest_ago_goes_first(store: Store) -> None:
    kept = KeptSources(store.source, 2 * SIZE)

    ask(kept, 1, 2, 1, 3, 1, 2)

    assert store.read == [1, 2, 3, 2]


def test_what_is_too_large_for_all_that_there_is_is_read_each_time(store: Store) -> None:
    kept = KeptSources(store.source, SIZE - 1)

    ask(kept, 1, 1)

    assert store.read == [1, 1]


def test_what_is_raised_is_not_kept(store: Store) -> None:
    kept = KeptSources(store.source, SIZE)

    for _ in range(2):
        with pytest.raises(LookupError):
            ask(kept, 404)

    assert store.read == [404, 404]


def test_each_tenant_has_its_own(store: Store) -> None:
    kept = KeptSources(store.source, 9 * SIZE)

    for tenant_id in ("ten_a", "ten_b"):
        kept(tenant_id, "tpl_1", 1)

    assert store.read == [1, 1]


def test_a_text_beyond_ascii_counts_as_what_it_takes() -> None:
    assert size_of(Source("s", "😀" + "x" * 1000, None)) > 3.5 * size_of(Source("s", "x" * 1000, None)) - 400
