"""The JSON of messages."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema
from pydantic.config import JsonDict, JsonValue
from pydantic_core import PydanticCustomError

from postroom.messages.draft import Draft
from postroom.messages.model import (
    Attachment,
    Content,
    Message,
    OnUncertain,
    Priority,
    Reason,
    RecipientStatus,
    Status,
    is_our_header,
)
from postroom.messages.ports import LONGEST_DELAY_SECONDS
from postroom.messages.redrive import Redriven
from postroom.pools.model import Strategy
from postroom.templates.model import Filling, Reference, Wanted
from postroom.web.body import RequestBody, ResponseBody
from postroom.web.fields import (
    MAILBOX_SCHEMA,
    NOT_BLANK_HEADER_PATTERN,
    AsText,
    HeaderName,
    HeaderText,
    Locale,
    Text,
    Timestamp,
    UserType,
    described,
)
from postroom.web.json_values import JsonObject
from postroom.web.message_fields import MailboxesText, MetadataName, MetadataValue, TemplateName

MOST_RECIPIENTS = 50
"""Of one message. Providers refuse more (Amazon SES: 50), and one who is refused must not stop the others."""

_OF_TEMPLATES = ("template_data", "locale", "user_type")
_MEDIA_TYPE = re.compile(r"(?!multipart/|message/)[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,60}")

_MEDIA_TYPE_AS_TOLD = (
    "^(?![Mm][Uu][Ll][Tt][Ii][Pp][Aa][Rr][Tt]/|[Mm][Ee][Ss][Ss][Aa][Gg][Ee]/)"
    "[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,60}$"
)
_BASE64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_TOLD_NAME = described(pattern=NOT_BLANK_HEADER_PATTERN)


def _free_header(name: str) -> str:
    if is_our_header(name):
        raise PydanticCustomError("header", "is written by Postroom and cannot be set")
    return name


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "must not be blank")
    return text


def _media_type(text: str) -> str:
    if not _MEDIA_TYPE.fullmatch(text.lower()):
        raise PydanticCustomError("media_type", "must be a media type such as application/pdf")
    return text.lower()


def _base64(text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise PydanticCustomError("base64", "must be base64") from error
    return text


def _some(field: str) -> JsonDict:
    """That it names somebody, as JSON Schema says it."""
    return {"required": [field], "properties": {field: {"anyOf": [{"type": "string"}, {"minItems": 1}]}}}


def _none(*fields: str) -> JsonDict:
    return {field: {"type": "null"} for field in fields}


def _count(mailboxes: object) -> int:
    return len(mailboxes) if isinstance(mailboxes, list) else int(bool(mailboxes))


Mailboxes = Annotated[
    MailboxesText,
    Field(max_length=MOST_RECIPIENTS),
    WithJsonSchema(
        {"anyOf": [MAILBOX_SCHEMA, {"type": "array", "items": MAILBOX_SCHEMA, "maxItems": MOST_RECIPIENTS}]}
    ),
]
FreeHeaderName = Annotated[HeaderName, AfterValidator(_free_header)]
HeaderValue = Annotated[HeaderText, Field(min_length=1, max_length=900)]
WantedPriority = Annotated[
    Priority, AsText, Field(description="The most urgent that the key may send, but no more than normal, by default.")
]


class AttachmentBody(RequestBody):
    filename: Annotated[HeaderText, Field(min_length=1, max_length=255), AfterValidator(_not_blank), _TOLD_NAME]
    content: Annotated[str, Field(description="Base64."), AfterValidator(_base64), described(pattern=_BASE64)]
    content_type: Annotated[str, AfterValidator(_media_type), described(pattern=_MEDIA_TYPE_AS_TOLD)] = (
        "application/octet-stream"
    )

    def attachment(self) -> Attachment:
        return Attachment(self.filename, self.content_type, base64.b64decode(self.content))


_SOMEBODY: list[JsonValue] = [_some(field) for field in ("to", "cc", "bcc")]
_CONTENT: JsonDict = {
    "title": "With its content",
    "required": ["subject"],
    "properties": {"subject": {"type": "string"}, **_none("template", *_OF_TEMPLATES)},
    "anyOf": [{"required": [part], "properties": {part: {"type": "string"}}} for part in ("text", "html")],
}
_BY_TEMPLATE: JsonDict = {
    "title": "By a template",
    "required": ["template"],
    "properties": {"template": {"type": "string"}, **_none("subject", "text", "html")},
}

Headers = Annotated[dict[FreeHeaderName, HeaderValue], Field(max_length=50)]
Attachments = Annotated[list[AttachmentBody], Field(max_length=50)]
Metadata = Annotated[dict[MetadataName, MetadataValue], Field(max_length=20)]


class MessageBody(RequestBody):
    model_config = ConfigDict(json_schema_extra={"allOf": [{"anyOf": _SOMEBODY}, {"oneOf": [_CONTENT, _BY_TEMPLATE]}]})

    to: Mailboxes = Field(default_factory=list)
    cc: Mailboxes = Field(default_factory=list)
    bcc: Mailboxes = Field(default_factory=list)
    reply_to: Mailboxes = Field(default_factory=list)
    subject: Annotated[HeaderText, Field(min_length=1, max_length=500)] | None = None
    text: Text | None = None
    html: Text | None = None
    template: TemplateName | None = None
    template_data: JsonObject | None = None
    locale: Annotated[Locale, Field(description="Which of the template's variants is wanted.")] | None = None
    user_type: UserType | None = None
    headers: Headers = Field(default_factory=dict)
    attachments: Attachments = Field(default_factory=list)
    priority: WantedPriority | None = None
    account_id: Annotated[HeaderText, Field(max_length=64)] | None = None
    pool_id: Annotated[HeaderText, Field(max_length=64)] | None = None
    strategy: Annotated[Strategy, AsText] | None = None
    send_at: Timestamp | None = None
    expires_at: Timestamp | None = None
    metadata: Metadata = Field(default_factory=dict)
    on_uncertain: Annotated[OnUncertain, AsText] | None = None

    @classmethod
    def across(cls, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        count = sum(_count(given.get(field)) for field in ("to", "cc", "bcc"))
        if count == 0:
            yield "to", "must name at least one recipient, unless cc or bcc does"
        if count > MOST_RECIPIENTS:
            yield "to", f"to, cc and bcc may name {MOST_RECIPIENTS} recipients at most"
        yield from _errors_of_template(given) if given.get("template") is not None else _errors_of_content(given)

    def recipients(self) -> tuple[str, ...]:
        """The envelope: each address once, as it was first written."""
        everyone = {mailbox.address.lower(): mailbox.address for mailbox in reversed([*self.to, *self.cc, *self.bcc])}
        return tuple(reversed(everyone.values()))

    def draft(self, *, on_uncertain: OnUncertain, highest: Priority = Priority.HIGH) -> Draft:
        """``on_uncertain`` is for when the message does not say; ``highest`` is what its key may send."""
        return Draft(
            recipients=self.recipients(),
            content=Content(
                subject=self.subject or "",
                text=self.text,
                html=self.html,
                to=tuple(self.to),
                cc=tuple(self.cc),
                reply_to=tuple(self.reply_to),
                headers=tuple(self.headers.items()),
                attachments=tuple(attachment.attachment() for attachment in self.attachments),
                filling=Filling(self.template_data or {}) if self.template else None,
            ),
            priority=self.priority or highest.usual,
            on_uncertain=self.on_uncertain or on_uncertain,
            account_id=self.account_id,
            pool_id=self.pool_id,
            strategy=self.strategy,
            template=Wanted(self.template, self.locale or "", self.user_type or "") if self.template else None,
            send_at=self.send_at,
            expires_at=self.expires_at,
            metadata=self.metadata,
            highest_priority=highest,
        )


def _errors_of_content(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if given.get("subject") is None:
        yield "subject", "is required, unless template is given"
    if given.get("text") is None and given.get("html") is None:
        yield "text", "text or html is required, unless template is given"
    for field in _OF_TEMPLATES:
        if given.get(field) is not None:
            yield field, "is for messages with a template"


def _errors_of_template(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field in ("subject", "text", "html"):
        if given.get(field) is not None:
            yield field, "is made from the template, and cannot be given with one"


class BatchBody(RequestBody):
    """Each message is checked by itself, so that one that is wrong does not stop the others."""

    messages: Annotated[
        list[Any],
        Field(min_length=1, max_length=500, description="Each as POST /v1/messages takes it, and checked by itself."),
    ]


class AcceptedAnswer(ResponseBody):
    id: str
    status: Status

    @classmethod
    def of(cls, message: Message) -> "AcceptedAnswer":
        return cls(id=message.id, status=message.status)


class RefusedMessageAnswer(ResponseBody):
    error: dict[str, Any]


class BatchAnswer(ResponseBody):
    items: list[AcceptedAnswer | RefusedMessageAnswer]


class RedriveBody(RequestBody):
    limit: Annotated[int, Field(ge=1, le=1000)] = 500
    per_second: Annotated[int, Field(ge=1, le=1000)] = 10

    @classmethod
    def across(cls, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        limit, per_second = given.get("limit", 500), given.get("per_second", 10)
        both_fit = isinstance(limit, int) and isinstance(per_second, int)
        if both_fit and limit > per_second * LONGEST_DELAY_SECONDS:
            yield "limit", f"is more than a queue can spread at this rate: {LONGEST_DELAY_SECONDS} seconds at most"


class RedriveAnswer(ResponseBody):
    put_back: int
    already_done: int
    unreadable: int

    @classmethod
    def of(cls, redriven: Redriven) -> "RedriveAnswer":
        return cls(put_back=redriven.put_back, already_done=redriven.already_done, unreadable=redriven.unreadable)


class RecipientAnswer(ResponseBody):
    address: str
    status: RecipientStatus


class ListedAttemptAnswer(ResponseBody):
    at: datetime
    account_id: str
    outcome: str
    phase: str
    reply: str


class AttemptAnswer(ListedAttemptAnswer):
    transcript: list[str]


class UsedTemplateAnswer(ResponseBody):
    """What it is filled in from; a built-in template has no id and no versions."""

    name: str
    id: str | None
    version: int | None

    @classmethod
    def of(cls, reference: Reference) -> "UsedTemplateAnswer":
        return cls(name=reference.name, id=reference.template_id, version=reference.version)


class ListedMessageAnswer(ResponseBody):
    """``reason`` and ``detail`` say why it waits, failed or was cancelled; ``next_attempt_at`` until when it waits."""

    id: str
    status: Status
    reason: Reason | None
    detail: str | None
    next_attempt_at: datetime | None
    subject: str
    template: UsedTemplateAnswer | None
    recipients: list[RecipientAnswer]
    priority: Priority
    on_uncertain: OnUncertain
    account_id: str | None
    pool_id: str | None
    strategy: Strategy | None
    message_id: str | None
    created_at: datetime
    send_at: datetime | None
    expires_at: datetime
    sent_at: datetime | None
    retries: int
    attempts: Sequence[ListedAttemptAnswer]
    metadata: dict[str, str]

    _attempt: ClassVar[type[ListedAttemptAnswer]] = ListedAttemptAnswer

    @classmethod
    def of(cls, message: Message) -> Self:
        return cls(
            id=message.id,
            status=message.status,
            reason=message.reason,
            detail=message.detail or None,
            next_attempt_at=message.next_attempt_at,
            subject=message.subject,
            template=UsedTemplateAnswer.of(message.template) if message.template else None,
            recipients=[RecipientAnswer(address=to, status=state) for to, state in message.recipients.items()],
            priority=message.priority,
            on_uncertain=message.on_uncertain,
            account_id=message.used_account_id or message.account_id,
            pool_id=message.pool_id,
            strategy=message.strategy,
            message_id=f"<{message.message_id}>" if message.message_id else None,
            created_at=message.created_at,
            send_at=message.send_at,
            expires_at=message.expires_at,
            sent_at=message.sent_at,
            retries=message.retries,
            attempts=[cls._attempt.model_validate(attempt, from_attributes=True) for attempt in message.attempts],
            metadata=dict(message.metadata),
        )


class MessageAnswer(ListedMessageAnswer):
    attempts: Sequence[AttemptAnswer]

    _attempt = AttemptAnswer
