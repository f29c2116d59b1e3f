"""The JSON of preferences as they are wanted."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from postroom.errors import FieldError
from postroom.mails.links import LONGEST, URL_PATTERN, BadUrl, Url
from postroom.preferences.fields import (
    ClockTime,
    Day,
    Days,
    DeliveryText,
    EventTypeName,
    Hour,
    JobTypes,
    PerHour,
    RoleText,
    UserId,
)
from postroom.preferences.manage import Order
from postroom.preferences.model import (
    Choice,
    Delivery,
    TenantDefault,
    TenantSettings,
    UserSettings,
    Weekday,
    Window,
    parts_of,
)
from postroom.preferences.wanted import Left, Wanted
from postroom.preferences.windows import MOST_WINDOWS, faults_of
from postroom.web.body import RequestBody
from postroom.web.fields import EmailText, Timezone, described

MOST_IN_BULK = 100


class _WantedBody(RequestBody):
    """What is left out stays as it is. Null: all job types, and the user's own address."""

    enabled: bool | None = None
    job_types: JobTypes | None = None
    delivery: DeliveryText | None = None
    email_address: EmailText | None = None

    def wanted(self) -> Wanted:
        left_out: str | Left = Left.OUT
        job_types = self.given_or("job_types", None) if self.job_types is not None else self._without_job_types()
        return Wanted(
            enabled=self.enabled,
            job_types=None if job_types is None else tuple(job_types),
            delivery=self.delivery,
            email_address=self.given_or("email_address", left_out),
        )

    def _without_job_types(self) -> list[str] | None:
        return [] if "job_types" in self.model_fields_set else None


class NewPreferenceBody(_WantedBody):
    """With a key that is bound to a user, ``user`` is that user and may be left out."""

    user: UserId | None = None
    event_type: EventTypeName

    def order(self, user_id: str) -> Order:
        return Order(user_id, self.event_type, self.wanted(), is_new=True)


class BulkPreferenceBody(_WantedBody):
    """Is made, or changed. With ``revision``, only as it was seen."""

    user: UserId | None = None
    event_type: EventTypeName
    revision: int | None = None

    def order(self, user_id: str) -> Order:
        return Order(user_id, self.event_type, self.wanted(), revision=self.revision)


class PreferenceBody(_WantedBody):
    """With ``revision``, only as it was seen. What only we write is taken, as in a changed answer, and not looked at.

    With ``user`` or ``event_type``, only those in the path.
    """

    user: UserId | None = None
    event_type: EventTypeName | None = None
    revision: int | None = None

    id: Any = None
    email_confirmed: Any = None
    permitted: Any = None
    created_at: Any = None
    updated_at: Any = None

    def order(self, preference_id: str) -> Order:
        user_id, event_type = parts_of(preference_id)
        return Order(user_id, event_type, self.wanted(), revision=self.revision)

    def faults(self, preference_id: str) -> Iterator[FieldError]:
        user_id, event_type = parts_of(preference_id)
        for field, given, there in (("user", self.user, user_id), ("event_type", self.event_type, event_type)):
            if given not in {None, there}:
                yield FieldError(field, "must be the one in the path: it cannot be changed")


class BulkBody(RequestBody):
    """Each preference is checked by itself, so that one that is wrong does not stop the others."""

    preferences: Annotated[list[Any], Field(min_length=1, max_length=MOST_IN_BULK)]


class WindowBody(RequestBody):
    """From ``start`` on each of the days, or on every day. Until the next day where ``end`` is not later."""

    days: Days | None = None
    start: ClockTime
    end: ClockTime

    def window(self) -> Window:
        return Window(frozenset(Weekday if self.days is None else self.days), self.start, self.end)


class UserSettingsBody(RequestBody):
    """What is left out stays as it is, null is what holds without. With ``revision``, only as it was seen."""

    quiet_hours: Annotated[list[WindowBody], Field(max_length=MOST_WINDOWS)] | None = None
    timezone: Timezone | None = None
    digest_hour: Hour | None = None
    digest_weekday: Day | None = None
    most_per_hour: PerHour | None = None
    revision: int | None = None

    user: Any = None

    def wanted(self, seen: UserSettings) -> UserSettings:
        windows = tuple(body.window() for body in self.quiet_hours or ())
        return UserSettings(
            quiet_hours=windows if "quiet_hours" in self.model_fields_set else seen.quiet_hours,
            timezone=self.given_or("timezone", seen.timezone),
            digest_hour=self.given_or("digest_hour", seen.digest_hour),
            digest_weekday=self.given_or("digest_weekday", seen.digest_weekday),
            most_per_hour=self.given_or("most_per_hour", seen.most_per_hour),
        )

    def beside(self) -> Iterator[FieldError]:
        yield from faults_of(body.window() for body in self.quiet_hours or ())


class DefaultBody(RequestBody):
    """``roles``: for whom; none stands for all that may hear of it."""

    enabled: bool
    job_types: JobTypes | None = None
    delivery: DeliveryText = Delivery.IMMEDIATE
    roles: list[RoleText] | None = None

    def default(self) -> TenantDefault:
        choice = Choice(self.enabled, tuple(sorted(set(self.job_types or ()))), self.delivery)
        return TenantDefault(choice, frozenset(self.roles or ()))


class TenantSettingsBody(RequestBody):
    """What is left out stays as it is, default by default; null takes it away. With ``revision``, only as it was seen.

    ``confirmation_url`` is where a link leads that confirms an address, at one of the registered origins.
    """

    defaults: dict[EventTypeName, DefaultBody | None] | None = None
    digest_hour: Hour | None = None
    digest_weekday: Day | None = None
    most_per_hour: PerHour | None = None
    confirmation_url: Annotated[str, described(pattern=URL_PATTERN, maxLength=LONGEST)] | None = None
    revision: int | None = None

    @classmethod
    def across(cls, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        url = given.get("confirmation_url")
        try:
            if isinstance(url, str):
                Url.parse(url)
        except BadUrl as error:
            yield "confirmation_url", str(error)

    def wanted(self, seen: TenantSettings) -> TenantSettings:
        url = self.given_or("confirmation_url", seen.confirmation_url)
        return TenantSettings(
            defaults=self._defaults(seen),
            digest_hour=self.given_or("digest_hour", seen.digest_hour),
            digest_weekday=self.given_or("digest_weekday", seen.digest_weekday),
            most_per_hour=self.given_or("most_per_hour", seen.most_per_hour),
            confirmation_url=str(Url.parse(url)) if url else "",
        )

    def _defaults(self, seen: TenantSettings) -> dict[str, TenantDefault]:
        if "defaults" not in self.model_fields_set:
            return dict(seen.defaults)
        if self.defaults is None:
            return {}
        named = {name: body.default() for name, body in self.defaults.items() if body is not None}
        kept = {name: default for name, default in seen.defaults.items() if name not in self.defaults}
        return kept | named
