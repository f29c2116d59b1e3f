from postroom.audit.acting import entries_of
from postroom.clock import Clock
from postroom.errors import Conflict, NotFound
from postroom.tenancy.deeds import key_revoked
from postroom.tenancy.ports import Directory, Revocation


class RevokeKey:
    """Works from the next request on. The key's row stays, for those who ask later what it was."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock

    def __call__(self, tenant_id: str, key_id: str) -> None:
        """Raises NotFound, and Conflict for the last key that may make others."""
        now = self._clock()
        match self._directory.revoke(tenant_id, key_id, now, entries_of(tenant_id, key_revoked(key_id, now))):
            case Revocation.UNKNOWN:
                raise NotFound
            case Revocation.LAST:
                raise Conflict("This is the last working key that may make others; make another one first.")
            case Revocation.REVOKED:
                return
