"""The layers, built as ``sam build`` builds them, and how large they are."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.place import ROOT, TOOLS, runtime
from local.trouble import Trouble

LAYERS = ("DependenciesLayer", "PostroomLayer", "TemplatesLayer")
_AS_FOR_AWS = "python3.13"
_LAST_WORDS = 1000


@dataclass(frozen=True)
class Sizes:
    """In bytes, of all layers together; ``compiled``: how many files they carry compiled."""

    zipped: int
    unpacked: int
    compiled: int


def build_here(directory: Path) -> list[Path]:
    """For the Python that runs this: where Lambda would have them in ``/opt/python``."""
    _build(directory, {"WHEELS": "here", "RUNTIME": runtime()})
    return [directory / layer / "python" for layer in LAYERS]


def build_for_aws(directory: Path) -> Sizes:
    """With the wheels that Lambda gets. Raises Trouble where they cannot be had."""
    _build(directory, {"WHEELS": "lambda", "RUNTIME": _AS_FOR_AWS, "ARCHITECTURE": "arm64"})
    files = [path for layer in LAYERS for path in (directory / layer).rglob("*") if path.is_file()]
    unpacked = sum(path.stat().st_size for path in files)
    compiled = sum(path.suffix == ".pyc" for path in files)
    return Sizes(sum(_zipped(directory / layer) for layer in LAYERS), unpacked, compiled)


def _build(directory: Path, variables: dict[str, str]) -> None:
    beside = Path(sys.executable).parent
    tools = {"PYTHON": sys.executable, "UV": str(beside / "uv"), "SAM_CLI_TELEMETRY": "0"}
    done = subprocess.run(
        [TOOLS / "sam", "build", "--build-dir", directory],
        # With all of ours, as there is the way to the package index.
        env={**os.environ, **tools, **variables},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Trouble(f"sam build failed: {done.stderr[-_LAST_WORDS:]}")


def _zipped(layer: Path) -> int:
    archive = layer.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in _files(layer):
            zipped.write(path, path.relative_to(layer))
    return archive.stat().st_size


def _files(layer: Path) -> Iterator[Path]:
    return (path for path in sorted(layer.rglob("*")) if path.is_file())


@contextmanager
def without_compiled(layers: list[Path]) -> Iterator[None]:
    """As they are when no Python of the runtime was there to compile them."""
    hidden = [(path, path.with_suffix(".hidden")) for layer in layers for path in layer.rglob("*.pyc")]
    for path, name in hidden:
        path.rename(name)
    try:
        yield
    finally:
        for path, name in hidden:
            name.rename(path)
