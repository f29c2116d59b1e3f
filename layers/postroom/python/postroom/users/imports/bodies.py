"""The JSON of imports: what is asked for, and a user as a line of a file gives it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ValidationError

from postroom.users.bodies import UserBody
from postroom.users.fields import UserId
from postroom.users.imports.model import Format, Import, ImportStatus, Line, Record, Refusal, Upload
from postroom.users.imports.reading import user_id_of
from postroom.web.body import RequestBody, ResponseBody
from postroom.web.fields import AsText
from postroom.web.problem import field_errors


class ImportBody(RequestBody):
    """Who is not there is made, who is there is changed as by PUT."""

    format: Annotated[Format, AsText]


class LineBody(UserBody):
    """``revision`` is not looked at: a list that was read can be imported."""

    id: UserId
    revision: Any = None


def checked(record: Record) -> Line | Refusal:
    try:
        body = LineBody.model_validate(record.given)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        return Refusal(record.line, field_errors(faults), user_id_of(record))
    return Line(record.line, body.id, body.wishes())


class UploadAnswer(ResponseBody):
    """Where the file goes, in one request and as it is."""

    url: str
    method: Literal["PUT"] = "PUT"
    headers: dict[str, str]
    expires_at: datetime

    @classmethod
    def of(cls, upload: Upload) -> "UploadAnswer":
        return cls(url=upload.url, headers={"Content-Type": upload.content_type}, expires_at=upload.expires_at)


class ImportAnswer(ResponseBody):
    """``lines`` have been read; a file's end is reached when the status is done."""

    id: str
    status: ImportStatus
    detail: str | None
    format: Format
    lines: int
    created: int
    changed: int
    unchanged: int
    refused: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, found: Import) -> "ImportAnswer":
        return cls(**_values(found))


class NewImportAnswer(ImportAnswer):
    upload: UploadAnswer

    @classmethod
    def with_upload(cls, made: Import, upload: Upload) -> "NewImportAnswer":
        return cls(**_values(made), upload=UploadAnswer.of(upload))


class FieldErrorAnswer(ResponseBody):
    field: str
    message: str


class RefusedLineAnswer(ResponseBody):
    line: int
    user_id: str | None
    errors: list[FieldErrorAnswer]

    @classmethod
    def of(cls, refusal: Refusal) -> "RefusedLineAnswer":
        errors = [FieldErrorAnswer(field=error.field, message=error.message) for error in refusal.errors]
        return cls(line=refusal.line, user_id=refusal.user_id, errors=errors)


def _values(found: Import) -> dict[str, Any]:
    return {
        "id": found.id,
        "status": found.status,
        "detail": found.detail,
        "format": found.format,
        "lines": found.counts.lines,
        "created": found.counts.created,
        "changed": found.counts.changed,
        "unchanged": found.counts.unchanged,
        "refused": found.counts.refused,
        "created_at": found.created_at,
        "started_at": found.started_at,
        "finished_at": found.finished_at,
    }
