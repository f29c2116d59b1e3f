"""The status, as the key that asks may see it."""

from dataclasses import dataclass

from postroom.paging import PageRequest
from postroom.system.asked import asked
from postroom.system.status.installation import TellInstallation
from postroom.system.status.model import Counted, Problem
from postroom.system.status.problems import State, faults_of, problems_of
from postroom.system.status.tenant import TellTenant
from postroom.tenancy.look_up import LookUp

_COUNTED_AT_MOST = 1000


@dataclass(frozen=True, slots=True)
class Status:
    state: State
    problems: tuple[Problem, ...]
    unavailable: dict[str, str]


@dataclass(frozen=True, slots=True)
class TellStatus:
    installation: TellInstallation
    tenant: TellTenant
    look_up: LookUp

    def of_tenant(self, tenant_id: str) -> Status:
        """With its own accounts, capacity and rates."""
        return _told(State(self.installation(), tenant=self.tenant(tenant_id)))

    def of_platform(self) -> Status:
        """The installation alone, and how many tenants it has."""
        return _told(State(self.installation(), tenants=asked(self._count)))

    def _count(self) -> Counted:
        page = self.look_up.tenants(PageRequest(limit=_COUNTED_AT_MOST))
        return Counted(len(page.items), at_least=page.last is not None)


def _told(state: State) -> Status:
    return Status(state, problems_of(state), faults_of(state))
