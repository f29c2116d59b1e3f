"""The JSON of notifications."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from postroom.messages.model import OnUncertain, Priority
from postroom.notifications.model import BUILT_IN, JOB_LABEL, LABEL, Notification
from postroom.pools.model import Strategy
from postroom.users.model import ID, NOT_AN_ID, is_user_id
from postroom.web.body import RequestBody
from postroom.web.fields import AsText, HeaderText, Text, Timestamp, UserType, described
from postroom.web.json_values import JsonObject
from postroom.web.message_fields import MailboxesText, MetadataName, MetadataValue, TemplateName

MOST_TYPES = 50
_MOST_LABELS = 18
"""A message has twenty, and two of them are ours."""

_MOST_REPLIES = 10
_LONGEST_MESSAGE = 100_000
_OURS = frozenset({LABEL, JOB_LABEL})


def _user_ids(value: Any) -> Any:  # noqa: ANN401 - pydantic hands in what the caller sent
    """All in one look: there may be hundreds of thousands."""
    if isinstance(value, list):
        for place, one in enumerate(value):
            if not isinstance(one, str) or not is_user_id(one):
                raise PydanticCustomError("user_id", "{reason}", {"reason": f"at place {place}: {NOT_AN_ID}"})
    return value


def _free_label(name: str) -> str:
    if name in _OURS:
        raise PydanticCustomError("metadata_name", "is written by Postroom and cannot be set")
    return name


UserIds = Annotated[
    list[str],
    BeforeValidator(_user_ids),
    Field(min_length=1, description="As many as a body holds. Unknown ones are skipped, and of doubles there is one."),
    described(items={"type": "string", "pattern": f"^{ID.pattern}$"}),
]
Label = Annotated[MetadataName, BeforeValidator(_free_label)]


_OWN_WORDS: JsonDict = {
    "required": ["subject", "message"],
    "properties": {"subject": {"type": "string"}, "message": {"type": "string"}},
}
_BY_TEMPLATE: JsonDict = {"required": ["template"], "properties": {"template": {"type": "string"}}}


class _NotificationBody(RequestBody):
    model_config = ConfigDict(json_schema_extra={"anyOf": [_OWN_WORDS, _BY_TEMPLATE]})

    subject: Annotated[HeaderText, Field(min_length=1, max_length=500)] | None = None
    message: Annotated[Text, Field(min_length=1, max_length=_LONGEST_MESSAGE)] | None = None
    email_type: (
        Annotated[
            HeaderText,
            Field(min_length=1, max_length=64, description="Your own word for it, such as update or alert."),
        ]
        | None
    ) = None
    template: TemplateName | None = None
    template_data: JsonObject = Field(default_factory=dict)
    reply_to: Annotated[MailboxesText, Field(max_length=_MOST_REPLIES)] = Field(default_factory=list)
    priority: Annotated[Priority, AsText] | None = None
    account_id: Annotated[HeaderText, Field(max_length=64)] | None = None
    pool_id: Annotated[HeaderText, Field(max_length=64)] | None = None
    strategy: Annotated[Strategy, AsText] | None = None
    send_at: Timestamp | None = None
    expires_at: Timestamp | None = None
    metadata: Annotated[dict[Label, MetadataValue], Field(max_length=_MOST_LABELS)] = Field(default_factory=dict)
    on_uncertain: Annotated[OnUncertain, AsText] = OnUncertain.HOLD

    _usual: ClassVar[Priority] = Priority.NORMAL

    @classmethod
    def across(cls, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        if given.get("template") is None:
            for field in ("subject", "message"):
                if given.get(field) is None:
                    yield field, "is required, unless template is given"

    def notification(self, highest: Priority) -> Notification:
        """``highest`` is what its key may send."""
        return Notification(
            subject=self.subject,
            message=self.message,
            email_type=self.email_type,
            template=self.template or BUILT_IN,
            template_data=self.template_data,
            priority=self.priority or (self._usual if highest.allows(self._usual) else highest),
            on_uncertain=self.on_uncertain,
            reply_to=tuple(self.reply_to),
            account_id=self.account_id,
            pool_id=self.pool_id,
            strategy=self.strategy,
            send_at=self.send_at,
            expires_at=self.expires_at,
            metadata=self.metadata,
            highest_priority=highest,
        )


class UsersNotificationBody(_NotificationBody):
    user_ids: UserIds


class UserTypesNotificationBody(_NotificationBody):
    """For whoever has one of these types when the job comes to them. ``priority`` is low unless it says otherwise."""

    user_types: Annotated[list[UserType], Field(min_length=1, max_length=MOST_TYPES)]

    _usual: ClassVar[Priority] = Priority.LOW
