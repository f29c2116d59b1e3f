from threading import Lock

from postroom.rolling import Counted


class MemoryToldLately:
    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str], Counted] = {}
        self._lock = Lock()

    def get(self, tenant_id: str, user_id: str, event_type: str) -> Counted | None:
        return self._counts.get((tenant_id, user_id, event_type))

    def replace(self, tenant_id: str, user_id: str, event_type: str, seen: Counted | None, counted: Counted) -> bool:
        with self._lock:
            if self.get(tenant_id, user_id, event_type) != seen:
                return False
            self._counts[tenant_id, user_id, event_type] = counted
            return True
