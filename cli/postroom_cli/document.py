"""A JSON object from the API, read with patience: it may have more than we know, or lack what is newer than it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Document:
    """``values`` is what ``--json`` prints: everything, as it came."""

    values: Mapping[str, object]

    def text(self, name: str, missing: str = "") -> str:
        value = self.values.get(name)
        return missing if value is None or isinstance(value, dict | list) else str(value)

    def number(self, name: str) -> float | None:
        value = self.values.get(name)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def flag(self, name: str) -> bool | None:
        value = self.values.get(name)
        return value if isinstance(value, bool) else None

    def moment(self, name: str) -> datetime | None:
        """Always with a zone: UTC where none is named."""
        try:
            found = datetime.fromisoformat(self.text(name))
        except ValueError:
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def part(self, name: str) -> "Document":
        """Empty when it is not there."""
        value = self.values.get(name)
        return Document(value if isinstance(value, dict) else {})

    def parts(self, name: str) -> list["Document"]:
        value = self.values.get(name)
        return [Document(one) for one in value if isinstance(one, dict)] if isinstance(value, list) else []

    def texts(self, name: str) -> list[str]:
        value = self.values.get(name)
        return [str(one) for one in value] if isinstance(value, list) else []

    def __bool__(self) -> bool:
        return bool(self.values)
