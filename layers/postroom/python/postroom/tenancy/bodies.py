"""The JSON of tenants and keys."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from postroom.priorities import Priority
from postroom.tenancy.change_key import KeyChange
from postroom.tenancy.create_tenant import CreatedTenant
from postroom.tenancy.issue_key import IssuedKey, KeyRequest
from postroom.tenancy.model import PLATFORM_TENANT, ApiKey, Caller, Role, Tenant
from postroom.tenancy.rates.bodies import PerMinute, RequestLimitsAnswer, StandingAnswer
from postroom.tenancy.rates.model import Standing
from postroom.web.body import RequestBody, ResponseBody
from postroom.web.fields import AsText, HeaderText

Name = Annotated[HeaderText, Field(min_length=1, max_length=200)]
HighestPriority = Annotated[Priority, AsText, Field(description="The most urgent that this key may send.")]
TenantRole = Literal["admin", "operator", "viewer"]


class TenantBody(RequestBody):
    name: Name


_OF_NOBODY: JsonDict = {"properties": {"user_id": {"type": "null"}}}
_OF_A_USER: JsonDict = {"properties": {"role": {"const": "viewer"}}}


class KeyBody(RequestBody):
    model_config = ConfigDict(json_schema_extra={"anyOf": [_OF_NOBODY, _OF_A_USER]})

    name: Name
    role: TenantRole
    user_id: Annotated[
        Annotated[HeaderText, Field(min_length=1, max_length=200)] | None,
        Field(description="Binds the key to this user: it uses what is about the user alone, and has the role viewer."),
    ] = None
    requests_per_minute: Annotated[PerMinute | None, Field(description="Null for the usual number.")] = None
    highest_priority: HighestPriority = Priority.HIGH

    def wanted(self) -> KeyRequest:
        return KeyRequest(
            self.name, Role(self.role), self.user_id, self.requests_per_minute, Priority(self.highest_priority)
        )


class KeyChangeBody(RequestBody):
    """What is left out stays as it is; ``requests_per_minute`` null is the usual number.

    The rest of what is shown of a key may come along, and cannot be changed.
    """

    name: Name | None = None
    requests_per_minute: PerMinute | None = None
    highest_priority: HighestPriority | None = None
    role: Annotated[Role, AsText] | None = None

    id: Any = None
    user_id: Any = None
    created_at: Any = None
    revoked_at: Any = None

    def wanted(self) -> KeyChange:
        return KeyChange(
            name=self.name,
            requests_per_minute=self.requests_per_minute,
            usual_requests="requests_per_minute" in self.model_fields_set,
            highest_priority=self.highest_priority,
            role=self.role,
        )


class TenantAnswer(ResponseBody):
    id: str
    name: str
    created_at: datetime

    @classmethod
    def of(cls, tenant: Tenant) -> "TenantAnswer":
        return cls(id=tenant.id, name=tenant.name, created_at=tenant.created_at)


class ShownTenantAnswer(TenantAnswer):
    limits: RequestLimitsAnswer

    @classmethod
    def shown(cls, tenant: Tenant, requests_per_minute: int) -> "ShownTenantAnswer":
        limits = RequestLimitsAnswer(requests_per_minute=requests_per_minute)
        return cls(**TenantAnswer.of(tenant).model_dump(), limits=limits)


class MeAnswer(ResponseBody):
    """Who the key of the request is. The platform's keys belong to no tenant.

    ``limits`` are null when requests cannot be counted at present.
    """

    tenant_id: str | None
    tenant_name: str | None
    key_id: str
    role: Role
    highest_priority: Priority
    limits: StandingAnswer | None

    @classmethod
    def of(cls, caller: Caller, tenant_name: str | None, standing: Standing | None) -> "MeAnswer":
        return cls(
            tenant_id=None if caller.tenant_id == PLATFORM_TENANT else caller.tenant_id,
            tenant_name=tenant_name,
            key_id=caller.key_id,
            role=caller.role,
            highest_priority=caller.highest_priority,
            limits=StandingAnswer.of(standing) if standing else None,
        )


class KeyAnswer(ResponseBody):
    id: str
    name: str
    role: Role
    user_id: str | None
    requests_per_minute: int | None
    highest_priority: Priority
    created_at: datetime
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> "KeyAnswer":
        return cls(
            id=key.id,
            name=key.name,
            role=key.role,
            user_id=key.user_id,
            requests_per_minute=key.requests_per_minute,
            highest_priority=key.highest_priority,
            created_at=key.created_at,
            revoked_at=key.revoked_at,
        )


class IssuedKeyAnswer(KeyAnswer):
    key: Annotated[str, Field(description="Shown this once. Send it as: Authorization: Bearer <key>")]

    @classmethod
    def issued(cls, issued: IssuedKey) -> "IssuedKeyAnswer":
        return cls(**KeyAnswer.of(issued.key).model_dump(), key=issued.text)


class CreatedTenantAnswer(TenantAnswer):
    admin_key: IssuedKeyAnswer

    @classmethod
    def created(cls, created: CreatedTenant) -> "CreatedTenantAnswer":
        return cls(**TenantAnswer.of(created.tenant).model_dump(), admin_key=IssuedKeyAnswer.issued(created.admin_key))
