"""Types for what several bodies say of a message."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from postroom.templates.model import NAME
from postroom.web.fields import MailboxText, Text


def _as_list(value: Any) -> Any:  # noqa: ANN401 - pydantic hands in what the caller sent
    return [value] if isinstance(value, str) else value


MailboxesText = Annotated[list[MailboxText], BeforeValidator(_as_list)]
"""One mailbox or several."""

TemplateName = Annotated[
    str,
    StringConstraints(pattern=f"^{NAME.pattern}$"),
    Field(description="A template's name or id, instead of subject, text and html."),
]

MetadataName = Annotated[Text, Field(min_length=1, max_length=64)]
MetadataValue = Annotated[Text, Field(max_length=500)]
