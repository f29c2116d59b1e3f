"""Gathers what is found: each kind once, with its count and its first line, and the worst first."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from postroom.templates.lint.model import OUTLOOK, OUTLOOK_WEB, Gap, Lacking
from postroom.templates.remarks import Client, Level, Remark

AT_MOST = 50
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a part of the mail reaches: conditional comments and media queries keep it from some."""

    gmail: bool = True
    word: bool = True
    outlook_web: bool = True

    def lack(self, gap: Gap) -> Iterator[Lacking]:
        return (reached for lacking in gap.lacking if (reached := self._reached(lacking)))

    def _reached(self, lacking: Lacking) -> Lacking | None:
        if lacking.client is Client.GMAIL:
            return lacking if self.gmail else None
        if lacking.word and self.word:
            return lacking
        return OUTLOOK_WEB if self.outlook_web and lacking in {OUTLOOK, OUTLOOK_WEB} else None


NOBODY = Audience(gmail=False, word=False, outlook_web=False)


@dataclass(slots=True)
class _Kind:
    code: str
    level: Level
    client: Client | None
    what: str
    remedy: str
    source: str | None
    line: int | None
    example: str
    count: int = 0

    @property
    def warning(self) -> Remark:
        example = f", for example {self.example}" if self.example else ""
        times = f" ({self.count} times)" if self.count > 1 else ""
        message = f"{self.what}{example}{times}. {self.remedy}."
        return Remark(self.code, self.level, message, self.client, self.line, self.source)


@dataclass(slots=True)
class Tally:
    _kinds: dict[tuple[str, Client | None, str], _Kind] = field(default_factory=dict)

    def add(  # noqa: PLR0913 - what a warning consists of
        self,
        code: str,
        level: Level,
        what: str,
        remedy: str,
        *,
        line: int | None = None,
        client: Client | None = None,
        source: str | None = None,
        example: str = "",
    ) -> None:
        """``what`` and ``remedy`` are sentences without their full stops; ``what`` tells one kind from another.

        Of the mail's own words the first ``example`` is told.
        """
        kind = self._kinds.setdefault(
            (code, client, what), _Kind(code, level, client, what, remedy, source, line, shortened(example))
        )
        kind.count += 1

    def add_gap(self, gap: Gap, thing: str, line: int, audience: Audience) -> None:
        for lacking in audience.lack(gap):
            what = f"{thing} is not supported by {lacking.name}"
            self.add(gap.code, gap.level, what, gap.remedy, line=line, client=lacking.client, source=gap.source)

    def warnings(self) -> tuple[Remark, ...]:
        """At most ``AT_MOST``; when there are more, the last one says how many are left out."""
        told = sorted(
            (kind.warning for kind in self._kinds.values()),
            key=lambda warning: (warning.level is Level.WARNING, warning.line or 0),
        )
        if len(told) <= AT_MOST:
            return tuple(told)
        left = len(told) - AT_MOST + 1
        rest = f"{left} further kinds of warnings are not listed. Mend these first."
        return (*told[: AT_MOST - 1], Remark("more", Level.WARNING, rest))


def shortened(text: str) -> str:
    """A name or address of the mail's own as it can stand in a sentence."""
    plain = "".join(character if character.isprintable() else " " for character in text[: LONGEST_NAME + 1])
    return plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME - 1] + "…"
