"""The types of a user's fields in JSON."""

import math
import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from postroom.users.model import ID, NOT_AN_ID, Attribute, UserRole, is_user_id
from postroom.web.fields import AsText, HeaderText, described

_ATTRIBUTE_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LONGEST_TEXT = 500
_TOLD_TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
_OTHER_KINDS = ({"type": "boolean"}, {"type": "null"})
_LARGEST_INTEGER = 2**53 - 1
"""What every reader of JSON keeps exactly (RFC 8259, section 6)."""

_TOLD_NUMBER = {"type": "number", "minimum": -_LARGEST_INTEGER, "maximum": _LARGEST_INTEGER}


def _user_id(text: str) -> str:
    if not is_user_id(text):
        raise PydanticCustomError("user_id", NOT_AN_ID)
    return text


def _attribute_name(text: str) -> str:
    if not _ATTRIBUTE_NAME.fullmatch(text):
        raise PydanticCustomError("attribute_name", "must have a name of 1 to 64 letters A-Z a-z, digits and _")
    return text


def _attribute(value: Any) -> Attribute | None:  # noqa: ANN401 - pydantic hands in what the caller sent
    match value:
        case None | bool():
            return value
        case str() if len(value) <= _LONGEST_TEXT and not _UNSTORABLE.search(value):
            return value
        case int() if abs(value) <= _LARGEST_INTEGER:
            return value
        case float() if math.isfinite(value):
            return value
        case _:
            raise PydanticCustomError(
                "attribute", "must be text of up to 500 characters, true, false, null or a number up to 2^53"
            )


UserId = Annotated[str, AfterValidator(_user_id), described(pattern=f"^{ID.pattern}$")]
Name = Annotated[HeaderText, Field(max_length=200)]
Role = Annotated[UserRole, AsText]
AttributeName = Annotated[str, AfterValidator(_attribute_name), described(pattern=f"^{_ATTRIBUTE_NAME.pattern}$")]
AttributeValue = Annotated[
    Attribute | None,
    PlainValidator(_attribute),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "maxLength": _LONGEST_TEXT, "pattern": _TOLD_TEXT}, _TOLD_NUMBER, *_OTHER_KINDS]}
    ),
]
