from collections.abc import Iterator

import pytest

from postroom.templates.filling.built_in import BuiltIn
from postroom.templates.processes.contained import Contained
from tests.fakes.built_in import Shared, write_built_in


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Shared:
    return BuiltIn(write_built_in(tmp_path_factory.mktemp("built_in"))).shared


@pytest.fixture(scope="module")
def contained(shared: Shared) -> Iterator[Contained]:
    contained = Contained(shared)
    yield contained
    contained.close()
