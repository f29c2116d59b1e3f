"""The JSON of event types."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from postroom.event_types.manage import Words
from postroom.event_types.model import EventType, Nature
from postroom.priorities import Priority
from postroom.web.body import RequestBody, ResponseBody
from postroom.web.fields import AsText, HeaderText


class EventTypeBody(RequestBody):
    """What is left out stays as it is. With ``revision``, only as it was seen. What only we write is not looked at.

    A new one needs a nature and a template. The nature of a built-in one cannot be changed.
    """

    nature: Annotated[Nature, AsText] | None = None
    template: Annotated[HeaderText, Field(min_length=1, max_length=64)] | None = None
    priority: Annotated[Priority, AsText] | None = None
    description: Annotated[HeaderText, Field(max_length=200)] | None = None
    revision: int | None = None

    name: Any = None
    built_in: Any = None
    updated_at: Any = None

    def words(self) -> Words:
        return Words(self.nature, self.template, self.priority, self.description)


class EventTypeAnswer(ResponseBody):
    name: str
    nature: Nature
    template: str
    priority: Priority
    description: str
    built_in: bool
    revision: int
    updated_at: datetime | None

    @classmethod
    def of(cls, event_type: EventType) -> "EventTypeAnswer":
        return cls(
            name=event_type.name,
            nature=event_type.nature,
            template=event_type.template,
            priority=event_type.priority,
            description=event_type.description,
            built_in=event_type.is_built_in,
            revision=event_type.revision,
            updated_at=event_type.updated_at,
        )
