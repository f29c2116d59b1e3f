"""A template as a folder: ``subject.txt``, ``body.html``, ``body.txt``, and perhaps ``sample.json`` to try it with."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from postroom_cli import reading
from postroom_cli.document import Document
from postroom_cli.errors import Usage

_MOST_BYTES = 1_000_000
_FILES = {"subject": "subject.txt", "html": "body.html", "text": "body.txt"}
_SAMPLE = "sample.json"


@dataclass(frozen=True, slots=True)
class Folder:
    path: Path

    @property
    def name(self) -> str:
        return self.path.resolve().name

    def parts(self) -> dict[str, str | None]:
        """Of the two bodies one may be missing. Raises Usage."""
        if not self.path.is_dir():
            raise Usage(f"{self.path} is no folder", f"A template is a folder with {', '.join(_FILES.values())}.")
        found = {part: self._text(file) for part, file in _FILES.items()}
        if found["subject"] is None:
            raise Usage(f"{self.path} has no {_FILES['subject']}")
        return {**found, "subject": found["subject"].strip()}

    def sample(self) -> dict[str, object] | None:
        """None where there is none. Raises Usage."""
        file = self.path / _SAMPLE
        return data(file) if file.exists() else None

    def write(self, template: Document) -> list[Path]:
        """What is there already stays as it is. Raises Usage."""
        texts: dict[str, str] = {
            file: template.text(part) for part, file in _FILES.items() if template.values.get(part) is not None
        }
        sample = template.values.get("sample")
        if isinstance(sample, dict):
            texts[_SAMPLE] = json.dumps(sample, indent=2, ensure_ascii=False) + "\n"
        taken = [self.path / file for file in texts if (self.path / file).exists()]
        if taken:
            raise Usage(f"{taken[0]} is there already")
        try:
            return self._written(texts)
        except OSError as error:
            raise Usage(f"{self.path} cannot be written: {error.strerror or 'unknown'}") from error

    def _written(self, texts: Mapping[str, str]) -> list[Path]:
        self.path.mkdir(parents=True, exist_ok=True)
        for file, text in texts.items():
            (self.path / file).write_text(text, encoding="utf-8")
        return [self.path / file for file in texts]

    def _text(self, file: str) -> str | None:
        found = self.path / file
        return reading.text(found, _MOST_BYTES) if found.exists() else None


def data(file: Path) -> dict[str, object]:
    """A JSON object. Raises Usage."""
    try:
        found = json.loads(reading.text(file, _MOST_BYTES))
    except (ValueError, RecursionError) as error:
        raise Usage(f"{file} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise Usage(f"{file} is no JSON object")
    return found
