"""The types of preferences in JSON, in paths and in queries."""

import re
from datetime import time
from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from postroom.errors import NotFound
from postroom.event_types.model import NAME
from postroom.preferences.model import Delivery, Weekday, parts_of
from postroom.preferences.wanted import MOST_JOB_TYPES
from postroom.users.model import UserRole, is_user_id
from postroom.web.fields import AsText, HeaderText
from postroom.web.ids import from_path

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def known_preference_id(text: str) -> str:
    """As it stands in a path. Raises NotFound for what cannot be one."""
    found = from_path(text)
    user_id, event_type = parts_of(found)
    if not is_user_id(user_id) or not NAME.fullmatch(event_type):
        raise NotFound
    return found


def _clock_time(value: Any) -> time:  # noqa: ANN401 - pydantic hands in what the caller sent
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("clock_time", "must be a time such as 22:00, from 00:00 to 23:59")
    hour, minute = found.groups()
    return time(int(hour), int(minute))


ClockTime = Annotated[
    time, PlainValidator(_clock_time), WithJsonSchema({"type": "string", "pattern": f"^{_TIME.pattern}$"})
]
Day = Annotated[Weekday, AsText]
Days = Annotated[list[Day], Field(min_length=1, max_length=7)]
Hour = Annotated[int, Field(ge=0, le=23)]
PerHour = Annotated[int, Field(ge=1, le=100)]
DeliveryText = Annotated[Delivery, AsText]
RoleText = Annotated[UserRole, AsText]
JobType = Annotated[HeaderText, Field(min_length=1, max_length=64)]
JobTypes = Annotated[list[JobType], Field(max_length=MOST_JOB_TYPES)]
UserId = Annotated[HeaderText, Field(min_length=1, max_length=64)]
EventTypeName = Annotated[HeaderText, Field(min_length=1, max_length=64)]
