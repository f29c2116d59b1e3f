import subprocess
from pathlib import Path

import pytest

from bench.cold.layers import without_compiled
from bench.cold.starting import SETTINGS, start
from postroom.settings import read_settings


def test_a_start_takes_as_long_as_its_code() -> None:
    spinning = "until = time.process_time() + 0.05\nwhile time.process_time() < until: pass"

    assert start(spinning, []).seconds >= 0.05


def test_the_peak_is_what_the_process_had_at_most() -> None:
    mebibytes = 30

    grown = start(f"x = bytearray({mebibytes} * 2**20); del x", []).peak - start("pass", []).peak

    assert grown > 0.9 * mebibytes * 2**20


def test_only_what_is_on_the_path_is_found(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("")

    assert start("import app", [tmp_path]).peak > 0
    with pytest.raises(subprocess.CalledProcessError):
        start("import boto3", [tmp_path])


def test_the_settings_are_complete() -> None:
    assert read_settings(SETTINGS).stage == "bench"


def test_compiled_files_are_hidden_and_come_back(tmp_path: Path) -> None:
    compiled = tmp_path / "__pycache__" / "app.cpython-311.pyc"
    compiled.parent.mkdir()
    compiled.write_bytes(b"x")

    with without_compiled([tmp_path]):
        assert not compiled.exists()

    assert compiled.exists()
