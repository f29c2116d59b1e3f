from collections.abc import Iterable
from threading import Lock

from postroom.audit.model import Entries
from postroom.paging import Page, PageRequest, page_of
from postroom.users.model import User, comparable
from postroom.users.ports import Filter, Written
from tests.fakes.audit import MemoryAuditLog


class MemoryUsers:
    def __init__(self) -> None:
        self._users: dict[tuple[str, str], User] = {}
        self._lock = Lock()
        self.log = MemoryAuditLog()

    def get(self, tenant_id: str, user_id: str) -> User | None:
        return self._users.get((tenant_id, user_id))

    def get_many(self, tenant_id: str, user_ids: Iterable[str]) -> dict[str, User]:
        return {user_id: user for user_id in user_ids if (user := self.get(tenant_id, user_id))}

    def by_email(self, tenant_id: str, address: str) -> User | None:
        return next((user for user in self._of(tenant_id) if comparable(user.email) == comparable(address)), None)

    def put(self, user: User, seen: User | None, entries: Entries = ()) -> Written:
        with self._lock:
            now = self.get(user.tenant_id, user.id)
            if now == user:
                return Written.WRITTEN
            if now != seen:
                return Written.STALE
            owner = self.by_email(user.tenant_id, user.email)
            if owner is not None and owner.id != user.id:
                return Written.EMAIL_TAKEN
            self._users[user.tenant_id, user.id] = user
            self.log.write(entries)
            return Written.WRITTEN

    def delete(self, seen: User, entries: Entries = ()) -> bool:
        with self._lock:
            now = self.get(seen.tenant_id, seen.id)
            if now is not None and now != seen:
                return False
            if self._users.pop((seen.tenant_id, seen.id), None):
                self.log.write(entries)
            return True

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[User]:
        found = sorted(
            (user for user in self._of(tenant_id) if wanted.matches(user)),
            key=lambda user: user.id,
            reverse=request.newest_first,
        )
        if request.after is not None:
            after = request.after
            found = [user for user in found if (user.id < after if request.newest_first else user.id > after)]
        return page_of(found, request.limit, lambda user: user.id)

    def _of(self, tenant_id: str) -> list[User]:
        return [user for (owner, _), user in sorted(self._users.items()) if owner == tenant_id]
