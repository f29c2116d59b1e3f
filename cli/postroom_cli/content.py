"""What goes into a message: texts, files, names with values."""

import base64
import mimetypes
import sys
from collections.abc import Sequence
from pathlib import Path

from postroom_cli.errors import Usage

_MOST_BYTES = 5_500_000
"""Of a request; in base64 a file is a third longer."""


def text_of(given: str | None, file: Path | None, option: str) -> str | None:
    """Raises Usage."""
    if given is not None and file is not None:
        raise Usage(f"Give {option} or {option}-file, not both")
    if file is None:
        return given
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Usage(f"{file} cannot be read: {_reason(error)}") from error


def first_line(file: Path, what: str) -> str:
    """``what`` it is to hold, for whoever has to mend it. Raises Usage."""
    try:
        with file.open(encoding="utf-8") as lines:
            return lines.readline()
    except (OSError, UnicodeDecodeError) as error:
        raise Usage(f"The {what} file {file} cannot be read: {_reason(error)}") from error


def attachments(files: Sequence[Path]) -> list[dict[str, str]]:
    """Raises Usage. Their sizes are looked at before any is read."""
    try:
        size = sum(file.stat().st_size for file in files) * 4 // 3
        if size > _MOST_BYTES:
            raise Usage(f"The files are too large: {size:,} bytes in base64", f"A request may have {_MOST_BYTES:,}.")
        return [_attachment(file) for file in files]
    except OSError as error:
        raise Usage(f"{error.filename} cannot be read: {_reason(error)}") from error


def pairs(given: Sequence[str], between: str, option: str) -> dict[str, str]:
    """``["a=b"]`` as ``{"a": "b"}``. Raises Usage."""
    found: dict[str, str] = {}
    for text in given:
        name, parted, value = text.partition(between)
        if not parted or not name.strip():
            raise Usage(f"{option} {text}: must be a name, {between} and a value")
        found[name.strip()] = value.strip()
    return found


def _attachment(file: Path) -> dict[str, str]:
    kind, packed = mimetypes.guess_type(file.name)
    return {
        "filename": file.name,
        "content": base64.b64encode(file.read_bytes()).decode("ascii"),
        "content_type": kind if kind and not packed else "application/octet-stream",
    }


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror or "unknown") if isinstance(error, OSError) else "it is not text in UTF-8"
