"""The JSON of tenants and keys."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from postroom.tenancy.create_tenant import CreatedTenant
from postroom.tenancy.issue_key import IssuedKey, KeyRequest
from postroom.tenancy.model import PLATFORM_TENANT, ApiKey, Caller, Role, Tenant
from postroom.web.body import RequestBody, ResponseBody
from postroom.web.fields import HeaderText

Name = Annotated[HeaderText, Field(min_length=1, max_length=200)]
TenantRole = Literal["admin", "operator", "viewer"]


class TenantBody(RequestBody):
    name: Name


class KeyBody(RequestBody):
    name: Name
    role: TenantRole
    user_id: Annotated[HeaderText, Field(min_length=1, max_length=200)] | None = None

    def wanted(self) -> KeyRequest:
        return KeyRequest(self.name, Role(self.role), self.user_id)


class TenantAnswer(ResponseBody):
    id: str
    name: str
    created_at: datetime

    @classmethod
    def of(cls, tenant: Tenant) -> "TenantAnswer":
        return cls(id=tenant.id, name=tenant.name, created_at=tenant.created_at)


class MeAnswer(ResponseBody):
    """Who the key of the request is. The platform's keys belong to no tenant."""

    tenant_id: str | None
    tenant_name: str | None
    key_id: str
    role: Role

    @classmethod
    def of(cls, caller: Caller, tenant_name: str | None) -> "MeAnswer":
        tenant_id = None if caller.tenant_id == PLATFORM_TENANT else caller.tenant_id
        return cls(tenant_id=tenant_id, tenant_name=tenant_name, key_id=caller.key_id, role=caller.role)


class KeyAnswer(ResponseBody):
    id: str
    name: str
    role: Role
    user_id: str | None
    created_at: datetime
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> "KeyAnswer":
        return cls(
            id=key.id,
            name=key.name,
            role=key.role,
            user_id=key.user_id,
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
