"""The types of events in JSON."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from postroom.web.fields import HeaderText, Text, described
from postroom.web.json_values import json_object

LONGEST_NAME = 200
LONGEST_ERROR = 4_000
LONGEST_URL = 2_000
LARGEST_DATA = 10_000
"""Letters, and bytes of ``data`` as compact JSON. The row of an event is paid for by the kilobyte at each portion."""

_LETTER = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])"
_URL = re.compile(rf"[Hh][Tt][Tt][Pp][Ss]?://{_HOST}(?::[0-9]{{1,5}})?(?:[/?#]{_LETTER}*(?:#{_LETTER}*)?)?")
"""RFC 3986, with a host and without a user. It may be one that only the tenant's own people reach."""


def _url(text: str) -> str:
    if not _URL.fullmatch(text):
        words = "must be an http or https URL such as https://ci.example.com/runs/7, in ASCII and without a user name"
        raise PydanticCustomError("url", "{reason}", {"reason": words})
    return text


Name = Annotated[HeaderText, Field(min_length=1, max_length=LONGEST_NAME)]
ErrorText = Annotated[Text, Field(max_length=LONGEST_ERROR)]
WebUrl = Annotated[str, Field(max_length=LONGEST_URL), AfterValidator(_url), described(pattern=f"^{_URL.pattern}$")]
Data = Annotated[dict[str, Any], AfterValidator(json_object(LARGEST_DATA))]
