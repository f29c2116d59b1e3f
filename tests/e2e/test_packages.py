"""The emulator's own packages can be imported by its functions, those of AWS have only their layers."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.cold.layers import LAYERS
from local.place import ROOT
from tests.e2e.conftest import LiveStack

_FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))
_IMPORT = "import sys; sys.path[:0] = sys.argv[1:]; import app; assert callable(app.handler)"


@pytest.mark.parametrize("function", _FUNCTIONS)
def test_a_handler_imports_with_nothing_but_its_layers(stack: LiveStack, function: str) -> None:
    build = stack.place.state / "build"
    layers = [build / layer / "python" for layer in LAYERS]

    done = _python("-I", "-S", "-B", "-c", _IMPORT, ROOT / "functions" / function, *layers)

    assert done.returncode == 0, done.stderr


def _python(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
