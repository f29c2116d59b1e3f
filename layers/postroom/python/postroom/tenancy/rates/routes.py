from postroom.tenancy.model import Role
from postroom.tenancy.rates.bodies import LimitsBody, RequestLimitsAnswer
from postroom.tenancy.rates.limits import TenantLimits
from postroom.web.routes import Routes


def limits_routes(routes: Routes, limits: TenantLimits) -> None:
    @routes.put("/v1/tenants/{tenant_id}/limits", role=Role.PLATFORM)
    def set_limits(tenant_id: str, body: LimitsBody) -> RequestLimitsAnswer:
        """Set how many requests a tenant may make in a minute, over all its keys."""
        return RequestLimitsAnswer(requests_per_minute=limits.set(tenant_id, body.requests_per_minute))
