"""What a form says, or a mail program's button for one click."""

import re
from collections.abc import Mapping
from datetime import time
from email.parser import Parser
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from postroom.errors import FieldError, Invalid, Malformed, Unsupported
from postroom.pages.change import Changes
from postroom.pages.model import Amount
from postroom.pages.show import Quiet, quiet_hours
from postroom.preferences.model import Weekday, Window
from postroom.preferences.wanted import Left
from postroom.web.incoming import body_text

MOST_BYTES = 50_000
"""A form has some 150 bytes for an event type, of which there are 105 at most."""

_MOST_BYTES_OF_ONE_CLICK = 2_000
"""It has one field, with headers. What can be nested is read in no time."""

WAS = "was."
"""Before the name of a field: what the page showed. What does not differ from it was not touched, and is left alone."""

AMOUNT = "amount."
"""Before the name of an event type."""

_MOST_FIELDS = 500
_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_HOURS = {str(hour): hour for hour in range(24)}

Fields = Mapping[str, str]
Chosen = TypeVar("Chosen", bound=StrEnum)


def fields_of(event: Mapping[str, Any]) -> Fields:
    """Of a POST. Raises TooLarge, Unsupported and Malformed."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    content_type = headers.get("content-type", _URLENCODED)
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == _MULTIPART:
        return _multipart(content_type, body_text(event, _MOST_BYTES_OF_ONE_CLICK))
    if media_type != _URLENCODED:
        raise Unsupported
    text = body_text(event, MOST_BYTES)
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
    except ValueError as error:
        raise Malformed from error


def is_one_click(fields: Fields) -> bool:
    """RFC 8058, section 3.2."""
    return fields.get("List-Unsubscribe") == "One-Click"


def amount_shown(fields: Fields) -> Amount:
    """By the page of less. Raises Malformed."""
    try:
        return Amount(fields[WAS + "amount"])
    except (KeyError, ValueError) as error:
        raise Malformed from error


def changes_of(fields: Fields) -> Changes:
    """Raises Invalid with all that is wrong."""
    reading = _Reading(fields)
    changes = Changes(reading.amounts(), reading.digest_hour(), reading.digest_weekday(), reading.quiet_hours())
    if reading.faults:
        raise Invalid(tuple(reading.faults))
    return changes


class _Reading:
    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self.faults: list[FieldError] = []

    def amounts(self) -> dict[str, Amount]:
        touched = [name for name in self._fields if name.startswith(AMOUNT) and self._is_touched(name)]
        read = {name.removeprefix(AMOUNT): self._one_of(Amount, name) for name in touched}
        return {event_type: amount for event_type, amount in read.items() if amount is not None}

    def digest_hour(self) -> int | Left | None:
        if not self._is_touched("digest_hour"):
            return Left.OUT
        hour = self._fields["digest_hour"]
        if hour and hour not in _HOURS:
            self._refuse("digest_hour", "Choose one of the hours.")
        return _HOURS.get(hour)

    def digest_weekday(self) -> Weekday | Left | None:
        if not self._is_touched("digest_weekday"):
            return Left.OUT
        return self._one_of(Weekday, "digest_weekday") if self._fields["digest_weekday"] else None

    def quiet_hours(self) -> tuple[Window, ...] | Left:
        kind = self._one_of(Quiet, "quiet") if "quiet" in self._fields else Quiet.AS_IT_IS
        if kind is None or kind is Quiet.AS_IT_IS:
            return Left.OUT
        if kind is Quiet.NONE:
            return () if self._is_touched("quiet") else Left.OUT
        if not any(map(self._is_touched, ("quiet", "quiet_start", "quiet_end"))):
            return Left.OUT
        start, end = self._time("quiet_start"), self._time("quiet_end")
        return Left.OUT if start is None or end is None else quiet_hours(kind, start, end)

    def _is_touched(self, name: str) -> bool:
        there = self._fields.get(name)
        return there is not None and self._fields.get(WAS + name, there) != there

    def _one_of(self, kind: type[Chosen], name: str) -> Chosen | None:
        try:
            return kind(self._fields[name])
        except ValueError:
            self._refuse(name.removeprefix(AMOUNT), "Choose one of those that are offered.")
            return None

    def _time(self, name: str) -> time | None:
        found = _TIME.fullmatch(self._fields.get(name, ""))
        if found is None:
            self._refuse(name, "Write a time such as 22:00.")
            return None
        return time.fromisoformat(found.group())

    def _refuse(self, field: str, words: str) -> None:
        self.faults.append(FieldError(field, words))


def _multipart(content_type: str, text: str) -> Fields:
    """As RFC 8058 has mail providers send it. Raises Malformed."""
    if "\r" in content_type or "\n" in content_type:
        raise Malformed
    whole = Parser().parsestr(f"Content-Type: {content_type}\r\n\r\n{text}")
    named = ((part.get_param("name", header="content-disposition"), part.get_payload()) for part in whole.walk())
    return {name: value.strip() for name, value in named if isinstance(name, str) and isinstance(value, str)}
