from postroom.system.status.bodies import StatusAnswer
from postroom.system.status.tell import TellStatus
from postroom.tenancy.model import Role
from postroom.web.routes import CurrentCaller, Routes


def status_routes(routes: Routes, tell: TellStatus) -> None:
    @routes.get("/v1/system/status", role=(Role.VIEWER, Role.PLATFORM))
    def show_status(caller: CurrentCaller) -> StatusAnswer:
        """Show whether all is well: queues, schedules and versions, and a tenant's accounts, capacity and last hour."""
        if caller.role is Role.PLATFORM:
            return StatusAnswer.of(tell.of_platform())
        return StatusAnswer.of(tell.of_tenant(caller.tenant_id))
