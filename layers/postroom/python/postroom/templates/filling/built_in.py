"""The templates that come with us: ``templates/email`` in the tree, the package ``templates`` in a layer."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from postroom.templates.model import NAME, Source


class BuiltIn:
    """Reads each file once, when it is first asked for."""

    def __init__(self, folder: Traversable) -> None:
        self._folder = folder
        self.names = cache(self._names)
        self.source = cache(self._source)
        self.sample = cache(self._sample)
        self.shared = cache(self._shared)

    def _names(self) -> tuple[str, ...]:
        return tuple(sorted(each.name for each in self._folder.iterdir() if (each / "subject.txt").is_file()))

    def _source(self, name: str) -> Source | None:
        """None: there is none of this name."""
        if not NAME.fullmatch(name) or not (self._folder / name / "subject.txt").is_file():
            return None
        read = (self._read(f"{name}/{file}") for file in ("subject.txt", "body.html", "body.txt"))
        subject, html, text = read
        return Source(subject or "", html, text, "en")

    def _sample(self, name: str) -> Mapping[str, Any] | None:
        """Data that the template can be filled in with."""
        text = self._read(f"{name}/sample.json") if name in self.names() else None
        sample: Mapping[str, Any] | None = json.loads(text) if text is not None else None
        return sample

    def _shared(self) -> Mapping[str, str]:
        """What any template may build on, by name, such as ``base.html``."""
        shared = (each for each in self._folder.iterdir() if each.is_file() and each.name.endswith((".html", ".txt")))
        return {each.name: each.read_text(encoding="utf-8") for each in shared}

    def _read(self, path: str) -> str | None:
        file = self._folder.joinpath(*path.split("/"))
        return file.read_text(encoding="utf-8") if file.is_file() else None


@cache
def built_in() -> BuiltIn:
    """Those that are on the path."""
    return BuiltIn(files("templates") / "email")
