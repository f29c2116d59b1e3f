"""What the use cases of users need from the outside."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from postroom.audit.model import Entries
from postroom.paging import Page, PageRequest
from postroom.users.model import User, UserRole, comparable


class Written(Enum):
    WRITTEN = auto()
    EMAIL_TAKEN = auto()
    STALE = auto()


@dataclass(frozen=True, slots=True)
class Filter:
    """What is None is not asked for. ``user_type`` is compared exactly, ``email`` as ``comparable`` says."""

    user_type: str | None = None
    role: UserRole | None = None
    email: str | None = None

    def matches(self, user: User) -> bool:
        return (
            self.user_type in {None, user.user_type}
            and self.role in {None, user.role}
            and (self.email is None or comparable(self.email) == comparable(user.email))
        )


class UserStore(Protocol):
    """Everything is read as it is now, but lists by user type or role, which follow within seconds.

    ``entries`` are written with a change or not at all.
    """

    def get(self, tenant_id: str, user_id: str) -> User | None: ...

    def get_many(self, tenant_id: str, user_ids: Iterable[str]) -> dict[str, User]:
        """Those that are there, by id."""

    def by_email(self, tenant_id: str, address: str) -> User | None:
        """The one user of this tenant with this address, however its letters are written."""

    def put(self, user: User, seen: User | None, entries: Entries = ()) -> Written:
        """Stores it where nothing was seen, or in the place of what was ``seen``; its address becomes its own.

        STALE when what stands there is not as it was seen any more.
        """

    def delete(self, seen: User, entries: Entries = ()) -> bool:
        """Whether it is gone, and its address free. False when it is not as it was seen any more."""

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[User]:
        """In the order of ids. May be short, with a place to go on, when conditions are combined."""
