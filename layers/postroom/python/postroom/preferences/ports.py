"""What the use cases of preferences need from the outside."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from postroom.audit.model import Entries
from postroom.paging import Page, PageRequest
from postroom.preferences.model import Preference, TenantSettings, UserSettings


class Written(Enum):
    WRITTEN = auto()
    STALE = auto()
    GONE = auto()


@dataclass(frozen=True, slots=True)
class Filter:
    """What is None is not asked for."""

    user_id: str | None = None
    event_type: str | None = None
    enabled: bool | None = None

    def matches(self, preference: Preference) -> bool:
        return (
            self.user_id in {None, preference.user_id}
            and self.event_type in {None, preference.event_type}
            and self.enabled in {None, preference.choice.enabled}
        )


class PreferenceStore(Protocol):
    """Everything is read as it is now. Every write may be repeated by a client that lost the answer to it."""

    def get(self, tenant_id: str, preference_id: str) -> Preference | None: ...

    def get_many(self, tenant_id: str, event_type: str, user_ids: Iterable[str]) -> dict[str, Preference]:
        """Those that are there, by user."""

    def of_user(self, tenant_id: str, user_id: str) -> dict[str, Preference]:
        """All of them, by event type."""

    def put(self, preference: Preference, seen: Preference | None, entries: Entries = ()) -> Written:
        """Stores it where nothing was seen, or in the place of what was ``seen``.

        STALE when what stands there is not as it was seen any more, GONE when its user or event type is not there.
        """

    def delete(self, seen: Preference, entries: Entries = ()) -> bool:
        """Whether it is gone. False when it is not as it was seen any more."""

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Preference]:
        """In the order of ids. May be short, with a place to go on, when conditions are combined."""

    def subscribers(self, tenant_id: str, event_type: str, request: PageRequest) -> Page[Preference]:
        """All preferences of an event type, in the order of users."""


class UserSettingsStore(Protocol):
    def get(self, tenant_id: str, user_id: str) -> UserSettings:
        """As they were last put, or what holds without."""

    def get_many(self, tenant_id: str, user_ids: Iterable[str]) -> dict[str, UserSettings]:
        """Of those who have any, by user."""

    def replace(
        self, tenant_id: str, user_id: str, seen: UserSettings, settings: UserSettings, entries: Entries = ()
    ) -> Written:
        """STALE when they are not as they were seen any more, GONE when there is no such user."""

    def delete(self, tenant_id: str, user_id: str) -> None:
        """Whatever is there."""


class TenantSettingsStore(Protocol):
    def get(self, tenant_id: str) -> TenantSettings:
        """As they were last put, or what holds without."""

    def replace(self, tenant_id: str, seen: TenantSettings, settings: TenantSettings, entries: Entries = ()) -> bool:
        """False when they are not as they were seen any more."""
