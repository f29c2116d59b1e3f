"""How many requests keys and tenants may make."""

from postroom.bootstrap import aws
from postroom.bootstrap.directory import build_directory
from postroom.clock import system_clock
from postroom.settings import Settings
from postroom.tenancy.rates.admit import AdmitRequest
from postroom.tenancy.rates.limits import TenantLimits
from postroom.tenancy.rates.model import UsualLimits
from postroom.tenancy.rates.store import ROWS, DynamoRequestCounts


def _counts(settings: Settings) -> DynamoRequestCounts:
    aws.name(ROWS, settings.directory_table)
    return DynamoRequestCounts()


def _usual(settings: Settings) -> UsualLimits:
    return UsualLimits(settings.requests_per_minute_per_tenant, settings.requests_per_minute_per_key)


def build_admit(settings: Settings) -> AdmitRequest:
    return AdmitRequest(_counts(settings), _usual(settings), system_clock)


def build_tenant_limits(settings: Settings) -> TenantLimits:
    directory = build_directory(settings.directory_table)
    return TenantLimits(directory, _counts(settings), _usual(settings), system_clock)
