"""What goes into a message: texts, files, names with values."""

import base64
import mimetypes
import os
from collections.abc import Sequence
from pathlib import Path

from postroom_cli import reading
from postroom_cli.errors import Usage

_MOST_BYTES = 5_500_000
"""Of a request."""

_MOST_ATTACHED = _MOST_BYTES * 3 // 4
"""In base64 a file is a third longer."""


def text_of(given: str | None, file: Path | None, option: str) -> str | None:
    """Raises Usage."""
    if given is not None and file is not None:
        raise Usage(f"Give {option} or {option}-file, not both")
    return given if file is None else reading.text(file, _MOST_BYTES)


def attachments(files: Sequence[Path]) -> list[dict[str, str]]:
    """Raises Usage. Their sizes are looked at before any is read, and again while it is: not every file has one."""
    left = _most_attached(files)
    found: list[dict[str, str]] = []
    for file in files:
        content = reading.content(file, left)
        left -= len(content)
        found.append(_attachment(file, content))
    return found


def pairs(given: Sequence[str], between: str, option: str) -> dict[str, str]:
    """``["a=b"]`` as ``{"a": "b"}``. Raises Usage."""
    found: dict[str, str] = {}
    for text in given:
        name, parted, value = text.partition(between)
        if not parted or not name.strip():
            raise Usage(f"{option} {text}: must be a name, {between} and a value")
        found[name.strip()] = value.strip()
    return found


def _most_attached(files: Sequence[Path]) -> int:
    try:
        size = sum(file.stat().st_size for file in files)
    except OSError as error:
        raise Usage(f"{error.filename} cannot be read: {error.strerror or 'unknown'}") from error
    if size > _MOST_ATTACHED:
        raise Usage(f"The files are too large: {size:,} bytes", f"Together they may have {_MOST_ATTACHED:,}.")
    return _MOST_ATTACHED


def _attachment(file: Path, content: bytes) -> dict[str, str]:
    kind, packed = mimetypes.guess_type(file.name)
    return {
        "filename": os.fsencode(file.name).decode("utf-8", "replace"),
        "content": base64.b64encode(content).decode("ascii"),
        "content_type": kind if kind and not packed else "application/octet-stream",
    }
