"""The JSON of events as they are posted."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field, GetJsonSchemaHandler, TypeAdapter, ValidationError
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from postroom.errors import FieldError
from postroom.events.fields import Data, ErrorText, Name, WebUrl
from postroom.events.model import TYPE_OF_END, ComplianceFacts, JobEnd, JobFacts, NewEvent, Posting
from postroom.web.body import RequestBody
from postroom.web.fields import IdText, Timestamp, WordText
from postroom.web.problem import field_errors

MOST_AT_ONCE = 500
_OF_COMPLIANCE = "compliance_violation"
_ENDS = ", ".join(JobEnd)


class JobBody(RequestBody):
    id: IdText
    type: Annotated[WordText, Field(description="By which users choose the jobs they want to hear of.")] | None = None
    name: Name | None = None
    status: Annotated[WordText, Field(description=f"One of {_ENDS} stands for its event type.")] | None = None
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    error: ErrorText | None = None
    logs_url: WebUrl | None = None

    def facts(self) -> JobFacts:
        return JobFacts(
            self.id, self.type, self.name, self.status, self.started_at, self.finished_at, self.error, self.logs_url
        )


class ComplianceBody(RequestBody):
    id: IdText
    policy: Name | None = None
    device: Name | None = None
    severity: WordText | None = None
    details_url: WebUrl | None = None

    def facts(self) -> ComplianceFacts:
        return ComplianceFacts(self.id, self.policy, self.device, self.severity, self.details_url)


class EventBody(RequestBody):
    """``event_type`` may be left out where the job's status says it, or where there is a compliance result alone."""

    event_type: WordText | None = None
    job: JobBody | None = None
    compliance_result: ComplianceBody | None = None
    occurred_at: Timestamp | None = None
    dedupe_key: Annotated[IdText, Field(description="A second event with the same one is not told of.")] | None = None
    critical: Annotated[bool, Field(description="Passes quiet hours and digests.")] = False
    data: Annotated[Data, Field(description="Whatever else the template names.")] = Field(default_factory=dict)

    @classmethod
    def across(cls, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        named, implied = given.get("event_type"), _implied(given)
        if named is None and implied is None:
            yield "event_type", f"is required, unless job.status is one of {_ENDS}, or it is a compliance result alone"
        if named in TYPE_OF_END.values() and (end := _end(given)) and TYPE_OF_END[end] != named:
            yield "event_type", f"must be {TYPE_OF_END[end]}, or left out: job.status is {end}"

    def new_event(self) -> NewEvent:
        return NewEvent(
            event_type=self.event_type or _implied({name: getattr(self, name) for name in self.model_fields_set}) or "",
            job=self.job.facts() if self.job else None,
            compliance_result=self.compliance_result.facts() if self.compliance_result else None,
            occurred_at=self.occurred_at,
            dedupe_key=self.dedupe_key,
            critical=self.critical,
            data=self.data,
        )


class ManyEventsBody(RequestBody):
    events: Annotated[list[EventBody], Field(min_length=1, max_length=MOST_AT_ONCE)]


class PostedBody(RequestBody):
    """One event, or several as ``events``. They are taken in together, or none of them is.

    It is read by itself: what else is wrong with an event is told together with an event type that there is not.
    """

    model_config = ConfigDict(extra="allow")

    @classmethod
    def __get_pydantic_json_schema__(cls, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(TypeAdapter(EventBody | ManyEventsBody).core_schema)

    @property
    def is_list(self) -> bool:
        return "events" in (self.model_extra or {})

    def posting(self) -> Posting:
        given = self.model_extra or {}
        if not self.is_list:
            return _read_all({"": given})
        faults = _faults_of_list(given)
        return Posting((), {}, faults) if faults else _read_all(_by_path(given["events"]))


def _faults_of_list(given: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """Of the list alone: what is in it is looked at one by one."""
    others = tuple(FieldError(name, "cannot be given beside events") for name in given if name != "events")
    events = given["events"]
    if not isinstance(events, list):
        return FieldError("events", "must be a list"), *others
    if not 1 <= len(events) <= MOST_AT_ONCE:
        return FieldError("events", f"must have 1 to {MOST_AT_ONCE} events"), *others
    return others


def _by_path(events: list[object]) -> dict[str, object]:
    return {f"events.{number}": event for number, event in enumerate(events)}


def _read_all(given: Mapping[str, object]) -> Posting:
    """By the paths of the events."""
    events: list[NewEvent] = []
    types: dict[str, str] = {}
    faults: list[FieldError] = []
    for path, one in given.items():
        read = _read(one, path)
        if isinstance(read, NewEvent):
            events.append(read)
        else:
            faults += read
        field = _under(path, "event_type")
        if (named := _named(one, read)) and field not in {fault.field for fault in faults}:
            types[field] = named
    return Posting(tuple(events), types, tuple(faults))


def _read(given: object, path: str) -> NewEvent | list[FieldError]:
    if not isinstance(given, dict):
        return [FieldError(path, "must be an object")]
    try:
        return EventBody.model_validate(given).new_event()
    except ValidationError as error:
        faults = field_errors(error.errors(include_url=False, include_context=False, include_input=False))
        return [FieldError(_under(path, fault.field), fault.message) for fault in faults]


def _named(given: object, read: NewEvent | list[FieldError]) -> str | None:
    """Which event type it is of, as far as that can be told."""
    if isinstance(read, NewEvent):
        return read.event_type
    named = given.get("event_type") if isinstance(given, dict) else None
    return named if isinstance(named, str) else None


def _under(path: str, field: str) -> str:
    return f"{path}.{field}" if path else field


def _implied(given: Mapping[str, Any]) -> str | None:
    """The event type, by what was given without one."""
    if end := _end(given):
        return TYPE_OF_END[end]
    if given.get("compliance_result") is not None and given.get("job") is None:
        return _OF_COMPLIANCE
    return None


def _end(given: Mapping[str, Any]) -> JobEnd | None:
    """``given`` may be unchecked."""
    job = given.get("job")
    status = job.get("status") if isinstance(job, Mapping) else getattr(job, "status", None)
    return JobEnd(status) if isinstance(status, str) and status in set(JobEnd) else None
