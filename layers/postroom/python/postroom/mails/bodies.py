"""The JSON of these mails and of how a tenant wants them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from postroom.ids import Seed
from postroom.mails.links import LONGEST, ORIGIN_PATTERN, URL_PATTERN, BadUrl, Url
from postroom.mails.model import LEAST_LIFETIMES, LIFETIMES, MOST_LIFETIME, CoolDown, Kind, MailRequest, MailSettings
from postroom.mails.settings import SettingsRequest
from postroom.tokens.model import Purpose
from postroom.web.body import RequestBody, ResponseBody
from postroom.web.fields import EmailText, HeaderText, Locale, UserType, described

MOST_ORIGINS = 50
_MOST_COUNTED = 100
"""In an hour: each is an entry of one row."""

Seconds = Annotated[int, Field(le=int(MOST_LIFETIME.total_seconds()))]
Count = Annotated[int, Field(ge=1, le=_MOST_COUNTED)]
OriginText = Annotated[str, Field(max_length=300), described(pattern=ORIGIN_PATTERN)]


def _at_least(purpose: Purpose) -> FieldInfo:
    found: FieldInfo = Field(ge=int(LEAST_LIFETIMES[purpose].total_seconds()))
    return found


class LifetimesBody(RequestBody):
    email_verification: Annotated[Seconds, _at_least(Purpose.EMAIL_VERIFICATION)] | None = None
    password_reset: Annotated[Seconds, _at_least(Purpose.PASSWORD_RESET)] | None = None
    invitation: Annotated[Seconds, _at_least(Purpose.INVITATION)] | None = None
    notification_address: Annotated[Seconds, _at_least(Purpose.NOTIFICATION_ADDRESS)] | None = None

    def wanted(self, seen: Mapping[Purpose, timedelta]) -> dict[Purpose, timedelta]:
        return {purpose: self._wanted(purpose, seen[purpose]) for purpose in Purpose}

    def _wanted(self, purpose: Purpose, seen: timedelta) -> timedelta:
        seconds = self.given_or(purpose.value, int(seen.total_seconds()))
        return LIFETIMES[purpose] if seconds is None else timedelta(seconds=seconds)


class CoolDownBody(RequestBody):
    per_minute: Count | None = None
    per_hour: Count | None = None

    def wanted(self, seen: CoolDown) -> CoolDown:
        per_minute, per_hour = self.given_or("per_minute", seen.per_minute), self.given_or("per_hour", seen.per_hour)
        usual = CoolDown()
        return CoolDown(per_minute or usual.per_minute, per_hour or usual.per_hour)


class MailSettingsBody(RequestBody):
    """What is left out stays as it is, null is what holds without. With ``revision``, only as it was seen."""

    origins: Annotated[list[OriginText], Field(max_length=MOST_ORIGINS)] | None = None
    token_lifetimes: LifetimesBody | None = LifetimesBody()
    cool_down: CoolDownBody | None = CoolDownBody()
    revision: int | None = None

    def wanted(self, seen: MailSettings) -> SettingsRequest:
        return SettingsRequest(
            origins=self.given_or("origins", list(seen.origins)) or (),
            lifetimes=LIFETIMES if self.token_lifetimes is None else self.token_lifetimes.wanted(seen.lifetimes),
            cool_down=CoolDown() if self.cool_down is None else self.cool_down.wanted(seen.cool_down),
        )


class LifetimesAnswer(ResponseBody):
    """Seconds."""

    email_verification: int
    password_reset: int
    invitation: int
    notification_address: int


class CoolDownAnswer(ResponseBody):
    per_minute: int
    per_hour: int


class MailSettingsAnswer(ResponseBody):
    origins: list[str]
    token_lifetimes: LifetimesAnswer
    cool_down: CoolDownAnswer
    revision: int

    @classmethod
    def of(cls, settings: MailSettings) -> "MailSettingsAnswer":
        seconds = {purpose.value: int(settings.lifetimes[purpose].total_seconds()) for purpose in Purpose}
        return cls(
            origins=list(settings.origins),
            token_lifetimes=LifetimesAnswer(**seconds),
            cool_down=CoolDownAnswer(per_minute=settings.cool_down.per_minute, per_hour=settings.cool_down.per_hour),
            revision=settings.revision,
        )


def _url(text: str) -> str:
    try:
        return str(Url.parse(text))
    except BadUrl as error:
        raise PydanticCustomError("url", "{reason}", {"reason": str(error)}) from error


BaseUrl = Annotated[
    str,
    AfterValidator(_url),
    described(pattern=URL_PATTERN, maxLength=LONGEST),
    Field(description="Where the link leads, at one of the registered origins; the token is added to its query."),
]
Id = Annotated[HeaderText, Field(min_length=1, max_length=64)]


class _MailBody(RequestBody):
    account_id: Id | None = None
    pool_id: Id | None = None
    locale: Locale | None = None

    def _placed(self, request: MailRequest) -> MailRequest:
        return replace(request, account_id=self.account_id, pool_id=self.pool_id, locale=self.locale)


def _by(one: str, other: str) -> JsonDict:
    return {"required": [one], "properties": {one: {"type": "string"}, other: {"type": "null"}}}


class VerificationBody(_MailBody):
    model_config = ConfigDict(json_schema_extra={"oneOf": [_by("user_id", "email"), _by("email", "user_id")]})

    user_id: Id | None = None
    email: EmailText | None = None
    base_url: BaseUrl

    @classmethod
    def across(cls, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        if (given.get("user_id") is None) == (given.get("email") is None):
            yield "user_id", "user_id or email is required, and not both"

    def request(self, tenant_id: str, seed: Seed) -> MailRequest:
        return self._placed(
            MailRequest(tenant_id, Kind.VERIFICATION, seed, self.user_id, self.email, base_url=self.base_url)
        )


class PasswordResetBody(_MailBody):
    email: EmailText
    base_url: BaseUrl

    def request(self, tenant_id: str, seed: Seed) -> MailRequest:
        return self._placed(MailRequest(tenant_id, Kind.PASSWORD_RESET, seed, email=self.email, base_url=self.base_url))


class InvitationBody(_MailBody):
    inviter: Annotated[Id, Field(description="The id of the user who invites, whose name the mail tells.")]
    invitee_email: EmailText
    user_type: UserType | None = None
    base_url: BaseUrl

    def request(self, tenant_id: str, seed: Seed) -> MailRequest:
        return self._placed(
            MailRequest(
                tenant_id,
                Kind.INVITATION,
                seed,
                email=self.invitee_email,
                base_url=self.base_url,
                inviter=self.inviter,
                user_type=self.user_type,
            )
        )


class WelcomeBody(_MailBody):
    user_id: Id
    base_url: Annotated[BaseUrl, Field(description="Where its button leads; without it there is none.")] | None = None

    def request(self, tenant_id: str, seed: Seed) -> MailRequest:
        return self._placed(
            MailRequest(tenant_id, Kind.WELCOME, seed, user_id=self.user_id, base_url=self.base_url or "")
        )


class AcceptedMailAnswer(ResponseBody):
    """The same whether there will be a mail or not."""

    status: Literal["accepted"] = "accepted"
