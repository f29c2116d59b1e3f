"""The whole configuration, as far as the key that asks may see it."""

from dataclasses import dataclass

from postroom.clock import Clock
from postroom.system.configuration.look_at_deployment import LookAtDeployment
from postroom.system.configuration.look_at_tenant import LookAtTenant
from postroom.system.configuration.model import Report
from postroom.tenancy.model import PLATFORM_TENANT


@dataclass(frozen=True, slots=True)
class CheckConfiguration:
    deployment: LookAtDeployment
    tenant: LookAtTenant
    clock: Clock

    def of_tenant(self, tenant_id: str) -> Report:
        """With that of the deployment: it is what the tenant stands on."""
        points, bounded = self.tenant(tenant_id)
        return Report(self.clock(), (*points, *self.deployment()), bounded)

    def of_platform(self) -> Report:
        points, bounded = self.tenant.keys_of(PLATFORM_TENANT)
        return Report(self.clock(), (*points, *self.deployment()), bounded)
