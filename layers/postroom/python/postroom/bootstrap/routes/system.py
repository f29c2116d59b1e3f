"""The routes of the system's state and of its configuration."""

from typing import TYPE_CHECKING

from postroom.bootstrap import aws
from postroom.bootstrap.accounts import build_accounts, build_pools
from postroom.bootstrap.directory import build_directory
from postroom.bootstrap.messages import build_messages, build_queues
from postroom.bootstrap.notifications_table import build_digests, build_events
from postroom.bootstrap.runs import build_runs
from postroom.bootstrap.system import (
    build_deployments,
    build_gauges,
    versions_of,
    watched_queues,
)
from postroom.bootstrap.when_used import when_used
from postroom.capacity.census import TakeCensus
from postroom.capacity.tell import TellCapacity
from postroom.clock import system_clock
from postroom.delivery.rules import ReadRules
from postroom.messages.arrivals import DynamoArrivals
from postroom.messages.backlog import DynamoBacklog
from postroom.settings import Settings
from postroom.system.configuration.routes import configuration_routes
from postroom.system.status.installation import TellInstallation
from postroom.system.status.routes import status_routes
from postroom.system.status.tell import TellStatus
from postroom.system.status.tenant import TellTenant
from postroom.tenancy.look_up import LookUp
from postroom.web.routes import Routes

if TYPE_CHECKING:
    from postroom.system.configuration.check import CheckConfiguration


def add_system(routes: Routes, settings: Settings) -> None:
    installation = TellInstallation(
        queues=watched_queues(settings),
        gauges=build_gauges(),
        runs=build_runs(settings),
        overdue={"digests": build_digests(settings).due, "events": build_events(settings).due},
        deployments=build_deployments(settings),
        versions=versions_of(settings.stage),
        clock=system_clock,
    )
    tenant = TellTenant(build_accounts(settings).all_of, _capacity(settings), DynamoArrivals(), system_clock)
    status_routes(routes, TellStatus(installation, tenant, LookUp(build_directory(settings.directory_table))))

    @when_used
    def check() -> "CheckConfiguration":
        from postroom.bootstrap.configuration import build_check  # noqa: PLC0415 - as when_used says

        return build_check(settings)

    configuration_routes(routes, check)


def _capacity(settings: Settings) -> TellCapacity:
    messages = build_messages(settings)
    census = TakeCensus(DynamoBacklog(), messages, build_queues(settings, aws.sqs_briefly()), system_clock)
    rules_for = ReadRules(build_pools(settings), system_clock)
    return TellCapacity(build_accounts(settings).all_of, census, rules_for, system_clock)
