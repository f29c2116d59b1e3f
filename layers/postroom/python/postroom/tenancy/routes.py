from postroom.tenancy.bodies import (
    CreatedTenantAnswer,
    IssuedKeyAnswer,
    KeyAnswer,
    KeyBody,
    KeyChangeBody,
    MeAnswer,
    ShownTenantAnswer,
    TenantAnswer,
    TenantBody,
)
from postroom.tenancy.change_key import ChangeKey
from postroom.tenancy.create_tenant import CreateTenant
from postroom.tenancy.issue_key import IssueKey
from postroom.tenancy.look_up import LookUp
from postroom.tenancy.model import Role
from postroom.tenancy.rates.limits import TenantLimits
from postroom.tenancy.revoke_key import RevokeKey
from postroom.web.pages import CursorText, Limit, Listed, Listing
from postroom.web.routes import CurrentCaller, CurrentSeed, CurrentStanding, Routes


def tenant_routes(
    routes: Routes, create_tenant: CreateTenant, issue_key: IssueKey, look_up: LookUp, limits: TenantLimits
) -> None:
    @routes.post("/v1/tenants", role=Role.PLATFORM, status=201, idempotent=True, shown_once=("admin_key.key",))
    def create_tenant_with_key(body: TenantBody, seed: CurrentSeed) -> CreatedTenantAnswer:
        """Make a tenant and its first admin key."""
        return CreatedTenantAnswer.created(create_tenant(body.name, seed))

    @routes.get("/v1/tenants", role=Role.PLATFORM)
    def list_tenants(limit: Limit = 50, cursor: CursorText = None) -> Listed[TenantAnswer]:
        """List the tenants."""
        listing = Listing("tenants")
        page = look_up.tenants(listing.request(limit, cursor))
        return Listed(items=[TenantAnswer.of(tenant) for tenant in page.items], next_cursor=listing.cursor(page))

    @routes.get("/v1/tenants/{tenant_id}", role=Role.PLATFORM)
    def get_tenant(tenant_id: str) -> ShownTenantAnswer:
        """Show a tenant and its limits."""
        return ShownTenantAnswer.shown(look_up.tenant(tenant_id), limits.of(tenant_id))

    @routes.post("/v1/tenants/{tenant_id}/keys", role=Role.PLATFORM, status=201, idempotent=True, shown_once=("key",))
    def issue_key_to_tenant(tenant_id: str, body: KeyBody, seed: CurrentSeed) -> IssuedKeyAnswer:
        """Issue a key to a tenant."""
        return IssuedKeyAnswer.issued(issue_key.for_tenant(tenant_id, body.wanted(), seed))


def me_routes(routes: Routes, look_up: LookUp) -> None:
    """Two, since a platform key uses nothing that a tenant's key may use."""

    @routes.get("/v1/me", role=Role.VIEWER, bound=True)
    def show_me(caller: CurrentCaller, standing: CurrentStanding) -> MeAnswer:
        """Tell whose key this is, its rights, and what is left of its limits."""
        return MeAnswer.of(caller, look_up.tenant_name(caller.tenant_id), standing)

    @routes.get("/v1/platform/me", role=Role.PLATFORM)
    def show_platform_me(caller: CurrentCaller, standing: CurrentStanding) -> MeAnswer:
        """Tell which key of the platform this is."""
        return MeAnswer.of(caller, None, standing)


def key_routes(
    routes: Routes, issue_key: IssueKey, change_key: ChangeKey, revoke_key: RevokeKey, look_up: LookUp
) -> None:
    @routes.post("/v1/keys", role=Role.ADMIN, status=201, idempotent=True, shown_once=("key",))
    def issue_own_key(body: KeyBody, caller: CurrentCaller, seed: CurrentSeed) -> IssuedKeyAnswer:
        """Issue a key."""
        return IssuedKeyAnswer.issued(issue_key(caller.tenant_id, body.wanted(), seed))

    @routes.get("/v1/keys", role=Role.ADMIN)
    def list_keys(caller: CurrentCaller, limit: Limit = 50, cursor: CursorText = None) -> Listed[KeyAnswer]:
        """List the keys, revoked ones too."""
        listing = Listing("keys")
        page = look_up.keys(caller.tenant_id, listing.request(limit, cursor))
        return Listed(items=[KeyAnswer.of(key) for key in page.items], next_cursor=listing.cursor(page))

    @routes.get("/v1/keys/{key_id}", role=Role.ADMIN)
    def get_key(key_id: str, caller: CurrentCaller) -> KeyAnswer:
        """Show a key, without its secret."""
        return KeyAnswer.of(look_up.key(caller.tenant_id, key_id))

    @routes.put("/v1/keys/{key_id}", role=Role.ADMIN)
    def change(key_id: str, body: KeyChangeBody, caller: CurrentCaller) -> KeyAnswer:
        """Change a key's name and rights, from the next request on."""
        return KeyAnswer.of(change_key(caller.tenant_id, key_id, body.wanted()))

    @routes.delete("/v1/keys/{key_id}", role=Role.ADMIN)
    def revoke_own_key(key_id: str, caller: CurrentCaller) -> None:
        """Revoke a key, from the next request on."""
        revoke_key(caller.tenant_id, key_id)


def platform_key_routes(routes: Routes, revoke_key: RevokeKey, look_up: LookUp) -> None:
    """Another platform key is made by ``tenancy.first_key``, by those who may run it, and not over HTTP."""

    @routes.get("/v1/platform/keys", role=Role.PLATFORM)
    def list_platform_keys(caller: CurrentCaller, limit: Limit = 50, cursor: CursorText = None) -> Listed[KeyAnswer]:
        """List the platform's keys."""
        listing = Listing("platform-keys")
        page = look_up.keys(caller.tenant_id, listing.request(limit, cursor))
        return Listed(items=[KeyAnswer.of(key) for key in page.items], next_cursor=listing.cursor(page))

    @routes.delete("/v1/platform/keys/{key_id}", role=Role.PLATFORM)
    def revoke_platform_key(key_id: str, caller: CurrentCaller) -> None:
        """Revoke a platform key, from the next request on."""
        revoke_key(caller.tenant_id, key_id)
