"""The JSON of consents."""

from datetime import datetime

from postroom.oauth2.authorize import Asked
from postroom.web.body import ResponseBody


class ConsentAnswer(ResponseBody):
    """``authorization_url`` is for the mailbox's owner, once, in a browser."""

    authorization_url: str
    expires_at: datetime

    @classmethod
    def of(cls, asked: Asked) -> "ConsentAnswer":
        return cls(authorization_url=asked.url, expires_at=asked.ends)
