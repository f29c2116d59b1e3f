from typing import TYPE_CHECKING

from postroom.system.configuration.bodies import ConfigurationAnswer
from postroom.tenancy.model import Role
from postroom.web.routes import CurrentCaller, Routes

if TYPE_CHECKING:
    from postroom.system.configuration.check import CheckConfiguration


def configuration_routes(routes: Routes, check: "CheckConfiguration") -> None:
    @routes.get("/v1/system/config-check", role=(Role.ADMIN, Role.PLATFORM))
    def check_configuration(caller: CurrentCaller) -> ConfigurationAnswer:
        """Check the configuration of the tenant and of the deployment, and say how to mend what is wrong."""
        if caller.role is Role.PLATFORM:
            return ConfigurationAnswer.of(check.of_platform())
        return ConfigurationAnswer.of(check.of_tenant(caller.tenant_id))
