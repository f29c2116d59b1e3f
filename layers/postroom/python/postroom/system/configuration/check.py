"""The whole configuration, as far as the key that asks may see it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from postroom.clock import Clock
from postroom.system.configuration.look_at_deployment import LookAtDeployment
from postroom.system.configuration.look_at_tenant import LookAtTenant
from postroom.system.configuration.model import Point, Report
from postroom.tenancy.model import PLATFORM_TENANT


@dataclass(frozen=True, slots=True)
class CheckConfiguration:
    deployment: LookAtDeployment
    tenant: LookAtTenant
    clock: Clock

    def of_tenant(self, tenant_id: str) -> Report:
        """With that of the deployment: it is what the tenant stands on."""
        return self._report(partial(self.tenant, tenant_id))

    def of_platform(self) -> Report:
        return self._report(partial(self.tenant.keys_of, PLATFORM_TENANT))

    def _report(self, look: Callable[[], tuple[tuple[Point, ...], tuple[str, ...]]]) -> Report:
        with ThreadPoolExecutor(1) as pool:
            deployment = pool.submit(self.deployment)
            points, bounded = look()
        return Report(self.clock(), (*points, *deployment.result()), bounded)
