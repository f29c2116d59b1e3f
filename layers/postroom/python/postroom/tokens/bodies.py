"""The JSON of tokens."""

from datetime import datetime
from typing import Annotated

from postroom.tokens.model import Purpose, Redemption
from postroom.web.body import RequestBody, ResponseBody
from postroom.web.fields import AsText


class VerifyBody(RequestBody):
    token: str
    purpose: Annotated[Purpose, AsText]


class RedemptionAnswer(ResponseBody):
    """``inviter`` (a user's id) and ``user_type`` are those of an invitation."""

    purpose: Purpose
    user_id: str | None
    email: str
    redeemed_at: datetime
    inviter: str | None
    user_type: str | None

    @classmethod
    def of(cls, redemption: Redemption) -> "RedemptionAnswer":
        token = redemption.token
        return cls(
            purpose=token.purpose,
            user_id=token.person.user_id,
            email=token.person.email,
            redeemed_at=redemption.redeemed_at,
            inviter=token.inviter,
            user_type=token.user_type,
        )
