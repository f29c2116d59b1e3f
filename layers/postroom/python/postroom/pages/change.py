"""What a user changes by a link: by the use cases of preferences, under their rules, told in the audit log as they."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from postroom.errors import Conflict, FieldError, Invalid, NotFound
from postroom.ids import Seed
from postroom.pages.model import LESS, Amount, Link
from postroom.preferences.look_up import Holding, Overview, TellWhatHolds
from postroom.preferences.manage import Order, PutPreference
from postroom.preferences.model import Choice, UserSettings, Weekday, Window
from postroom.preferences.rules import may_have
from postroom.preferences.settings import ChangeUserSettings
from postroom.preferences.wanted import Left, Wanted
from postroom.preferences.windows import faults_of
from postroom.users.model import User

_TRIES = 5
"""How often a change is made again because somebody else was faster."""

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be other than it was shown: whatever else has changed meanwhile stays."""

    amounts: Mapping[str, Amount] = field(default_factory=dict)
    digest_hour: int | Left | None = Left.OUT
    digest_weekday: Weekday | Left | None = Left.OUT
    quiet_hours: tuple[Window, ...] | Left = Left.OUT

    @property
    def has_settings(self) -> bool:
        return {self.digest_hour, self.digest_weekday, self.quiet_hours} != {Left.OUT}

    def settings(self, seen: UserSettings) -> UserSettings:
        return replace(
            seen,
            quiet_hours=seen.quiet_hours if self.quiet_hours is Left.OUT else self.quiet_hours,
            digest_hour=seen.digest_hour if self.digest_hour is Left.OUT else self.digest_hour,
            digest_weekday=seen.digest_weekday if self.digest_weekday is Left.OUT else self.digest_weekday,
        )

    def __bool__(self) -> bool:
        return bool(self.amounts) or self.has_settings


@dataclass(frozen=True, slots=True)
class ChangeWishes:
    tell: TellWhatHolds
    put: PutPreference
    change_settings: ChangeUserSettings

    def __call__(self, link: Link, changes: Changes, seed: Seed) -> None:
        """Raises Invalid before anything is changed, NotFound, Conflict and Unavailable. May be repeated."""
        seen = self.tell(link.tenant_id, link.user_id)
        if faults := tuple(_faults(changes, {one.event_type.name: one for one in seen.holding}, seen.user)):
            raise Invalid(faults)
        if changes.has_settings:
            _again(lambda: self.change_settings(link.tenant_id, link.user_id, changes.settings, None))
        for name, amount in changes.amounts.items():
            self._set(link, seen, name, amount, seed)

    def less(self, link: Link, was: Amount, seed: Seed) -> bool:
        """The next less of the link's event type. False when something else was done to it since it ``was`` so.

        Raises NotFound, also when there is no such type any more, and Unavailable.
        """
        return _again(lambda: self._less(link, was, seed))

    def stop(self, link: Link, seed: Seed) -> None:
        """Nothing more of the link's event type; of any, by a link that is about all."""
        if link.event_type is None:
            self.stop_all(link, seed)
        else:
            self._set(link, self.tell(link.tenant_id, link.user_id), link.event_type, Amount.OFF, seed)

    def stop_all(self, link: Link, seed: Seed) -> None:
        """Also of what would be heard of unasked, should the tenant or the role ever say so. May be repeated."""
        seen = self.tell(link.tenant_id, link.user_id)
        # What is heard now first: of a hundred event types, a crash leaves those that matter least.
        for holding in sorted(seen.holding, key=lambda one: not one.effective.choice.enabled):
            self._set(link, seen, holding.event_type.name, Amount.OFF, seed)

    def _less(self, link: Link, was: Amount, seed: Seed) -> bool:
        seen = self.tell(link.tenant_id, link.user_id)
        holding = _of(seen, link.event_type)
        if holding is None:
            raise NotFound
        now = Amount.of(holding.effective.choice)
        if now is not was:
            return now is LESS[was]
        self._put(link, seen, holding, LESS[was], seed)
        return True

    def _set(self, link: Link, seen: Overview, name: str, amount: Amount, seed: Seed) -> None:
        """Whatever amount it has by now; what else was said of it meanwhile stays. Nothing where it is gone."""

        def put(seen: Overview) -> None:
            if holding := _of(seen, name):
                self._put(link, seen, holding, amount, seed)

        try:
            put(seen)
        except Conflict:
            _again(lambda: put(self.tell(link.tenant_id, link.user_id)))

    def _put(self, link: Link, seen: Overview, holding: Holding, amount: Amount, seed: Seed) -> None:
        """Over what was ``seen`` and nothing else. Raises Conflict."""
        wanted, name = _choice(holding, amount), holding.event_type.name
        order = Wanted(wanted.enabled, wanted.job_types, wanted.delivery)
        own = seen.wishes.own.get(name)
        revision = own.revision if own else None
        self.put(link.tenant_id, Order(link.user_id, name, order, is_new=own is None, revision=revision), seed)


def _again(change: Callable[[], Done]) -> Done:
    """Who was overtaken by somebody else looks again. Raises Conflict when it was so each time."""
    for _ in range(_TRIES - 1):
        try:
            return change()
        except Conflict:
            continue
    return change()


def _of(seen: Overview, event_type: str | None) -> Holding | None:
    return next((one for one in seen.holding if one.event_type.name == event_type), None)


def _choice(holding: Holding, amount: Amount) -> Choice:
    """What holds, in another amount: what a tenant said for all is not lost by who only wants it less often."""
    now = holding.effective.choice
    return replace(now, enabled=amount is not Amount.OFF, delivery=amount.delivery or now.delivery)


def _faults(changes: Changes, holding: Mapping[str, Holding], user: User) -> Iterator[FieldError]:
    for name, amount in changes.amounts.items():
        if name not in holding:
            yield FieldError(name, "There is no such event type any more.")
        elif not may_have(user.role, holding[name].event_type, _choice(holding[name], amount)):
            yield FieldError(name, "This is not for you to hear of.")
    if changes.quiet_hours is not Left.OUT and any(faults_of(changes.quiet_hours)):
        yield FieldError("quiet_hours", "Quiet hours cannot last all week. To hear nothing, stop all mails.")
