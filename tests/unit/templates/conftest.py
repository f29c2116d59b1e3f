from pathlib import Path

import pytest

from postroom.templates.filling.built_in import BuiltIn
from postroom.templates.filling.render import Render
from postroom.templates.sandbox.environment import Sandbox, SharedLoader
from tests.fakes.built_in import write_built_in


@pytest.fixture
def built_in(tmp_path: Path) -> BuiltIn:
    return BuiltIn(write_built_in(tmp_path))


@pytest.fixture
def render(built_in: BuiltIn) -> Render:
    return Render(Sandbox(SharedLoader(built_in.shared)))
