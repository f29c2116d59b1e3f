"""What a tenant's templates that came to nothing may cost the others of this process."""

import time
from collections import deque
from collections.abc import Callable
from threading import Lock


class Budget:
    """So many ``seconds`` of the processor within the last ``span`` seconds, for each tenant."""

    def __init__(self, seconds: float, span: float, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._span = span
        self._now = now
        self._charges: deque[tuple[float, str, float]] = deque()
        self._lock = Lock()

    def charge(self, tenant_id: str, seconds: float) -> None:
        with self._lock:
            self._forget()
            self._charges.append((self._now(), tenant_id, seconds))

    def is_spent(self, tenant_id: str) -> bool:
        with self._lock:
            self._forget()
            return sum(seconds for _, each, seconds in self._charges if each == tenant_id) >= self._seconds

    def _forget(self) -> None:
        while self._charges and self._now() - self._charges[0][0] >= self._span:
            self._charges.popleft()
