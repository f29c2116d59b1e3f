"""A day or a time in the query of a list: ``from`` includes it, ``to`` does not, but includes the whole of a day."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

_YEARS = range(1971, 3000)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.year not in _YEARS or (moment.tzinfo is None and not _DAY.fullmatch(text)):
        raise PydanticCustomError("moment", "must be a day such as 2030-01-31 or a time such as 2030-01-31T09:00:00Z")
    return text


MomentText = Annotated[str, AfterValidator(_moment)]


def start_of(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def end_of(text: str | None) -> datetime | None:
    start = start_of(text)
    return start + timedelta(days=1) if start and text and _DAY.fullmatch(text) else start
