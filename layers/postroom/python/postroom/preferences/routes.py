from http import HTTPStatus
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import ValidationError

from postroom.conditional import Fate
from postroom.errors import FieldError, Invalid, PostroomError
from postroom.ids import Seed
from postroom.paging import Page
from postroom.preferences.answers import (
    BulkAnswer,
    OverviewAnswer,
    PreferenceAnswer,
    PutPreferenceAnswer,
    RefusedPreferenceAnswer,
    TenantSettingsAnswer,
    UserSettingsAnswer,
)
from postroom.preferences.bodies import (
    BulkBody,
    BulkPreferenceBody,
    NewPreferenceBody,
    PreferenceBody,
    TenantSettingsBody,
    UserSettingsBody,
)
from postroom.preferences.confirm import AskOwnerAgain
from postroom.preferences.fields import EventTypeName, UserId, known_preference_id
from postroom.preferences.look_up import TellWhatHolds
from postroom.preferences.manage import DeletePreference, FindPreferences, Put, PutPreference
from postroom.preferences.model import Preference, parts_of
from postroom.preferences.ports import Filter
from postroom.preferences.rights import check_user, own_user, user_meant
from postroom.preferences.settings import (
    ChangeTenantSettings,
    ChangeUserSettings,
    ReadTenantSettings,
    ReadUserSettings,
)
from postroom.preferences.show import Show
from postroom.tenancy.model import Caller, Role
from postroom.web.ids import known_user_id
from postroom.web.pages import CursorText, Limit, Listed, Listing, that_fits
from postroom.web.problem import field_errors, problem_document
from postroom.web.routes import CurrentCaller, CurrentSeed, Routes

_MOST_ERRORS_OF_ONE = 10
"""Of one of many preferences."""

UserFilter = Annotated[UserId | None, Query(description="Only preferences of this user, by id.")]
TypeFilter = Annotated[EventTypeName | None, Query(description="Only preferences of this event type.")]
EnabledFilter = Annotated[bool | None, Query(description="Only those that want something, or nothing.")]
ById = Annotated[Literal["id", "-id"], Query(description="With a minus, from the last id to the first.")]


def preference_routes(
    routes: Routes, find: FindPreferences, put: PutPreference, delete: DeletePreference, show: Show
) -> None:
    @routes.post("/v1/preferences", role=Role.OPERATOR, status=201, idempotent=True, bound=True)
    def create_preference(body: NewPreferenceBody, caller: CurrentCaller, seed: CurrentSeed) -> PreferenceAnswer:
        """Say what a user wants to hear of an event type."""
        order = body.order(user_meant(caller, body.user))
        return PreferenceAnswer.of(show.one(put(caller.tenant_id, order, seed).preference))

    @routes.get("/v1/preferences", role=Role.VIEWER, bound=True)
    def list_preferences(  # noqa: PLR0913, PLR0917 - one parameter for each filter
        caller: CurrentCaller,
        user: UserFilter = None,
        event_type: TypeFilter = None,
        enabled: EnabledFilter = None,
        limit: Limit = 50,
        cursor: CursorText = None,
        order: ById = "id",
    ) -> Listed[PreferenceAnswer]:
        """List preferences by their ids: by user and event type. A page with filters may have fewer than there are."""
        listing = Listing("preferences", order)
        request = listing.request(limit, cursor)
        if caller.user_id is not None and user not in {None, caller.user_id}:
            return Listed(items=[], next_cursor=None)
        found = find.page(caller.tenant_id, Filter(caller.user_id or user, event_type, enabled), request)
        return _listed(listing, caller.tenant_id, found, show)

    @routes.get("/v1/preferences/mine", role=Role.VIEWER, bound=True)
    def list_my_preferences(
        caller: CurrentCaller, limit: Limit = 50, cursor: CursorText = None
    ) -> Listed[PreferenceAnswer]:
        """List the preferences of the user to whom the key is bound."""
        listing = Listing("my-preferences")
        user_id = show.users.one(caller.tenant_id, own_user(caller)).id
        found = find.page(caller.tenant_id, Filter(user_id), listing.request(limit, cursor))
        return _listed(listing, caller.tenant_id, found, show)

    @routes.get("/v1/preferences/{preference_id}", role=Role.VIEWER, bound=True)
    def get_preference(preference_id: str, caller: CurrentCaller) -> PreferenceAnswer:
        """Show a preference."""
        return PreferenceAnswer.of(show.one(find.one(caller.tenant_id, _known(caller, preference_id))))

    @routes.put("/v1/preferences/{preference_id}", role=Role.OPERATOR, bound=True)
    def change_preference(
        preference_id: str, body: PreferenceBody, caller: CurrentCaller, seed: CurrentSeed
    ) -> PreferenceAnswer:
        """Change a preference: what is left out stays as it is."""
        known = find.one(caller.tenant_id, _known(caller, preference_id)).id
        if faults := tuple(body.faults(known)):
            raise Invalid(faults)
        return PreferenceAnswer.of(show.one(put(caller.tenant_id, body.order(known), seed).preference))

    @routes.delete("/v1/preferences/{preference_id}", role=Role.OPERATOR, bound=True)
    def delete_preference(preference_id: str, caller: CurrentCaller) -> None:
        """Delete a preference: what the tenant, the role or the system says holds again."""
        delete(caller.tenant_id, _known(caller, preference_id))


def bulk_routes(routes: Routes, put: PutPreference, show: Show) -> None:
    @routes.put("/v1/preferences/bulk", role=Role.OPERATOR, bound=True)
    def put_preferences(body: BulkBody, caller: CurrentCaller, seed: CurrentSeed) -> BulkAnswer:
        """Make or change up to 100 preferences, each with its own answer, in order."""
        results = [_put_one(put, one, caller, seed) for one in body.preferences]
        return BulkAnswer(items=_items(caller.tenant_id, results, show))


def confirmation_routes(routes: Routes, ask_again: AskOwnerAgain, show: Show) -> None:
    @routes.post(
        "/v1/preferences/{preference_id}/confirmation", role=Role.OPERATOR, status=202, idempotent=True, bound=True
    )
    def ask_for_confirmation(preference_id: str, caller: CurrentCaller, seed: CurrentSeed) -> PreferenceAnswer:
        """Ask the owner of the preference's address once more, by a mail, to confirm it."""
        return PreferenceAnswer.of(show.one(ask_again(caller.tenant_id, _known(caller, preference_id), seed)))


def user_settings_routes(
    routes: Routes, read: ReadUserSettings, change: ChangeUserSettings, tell: TellWhatHolds
) -> None:
    @routes.get("/v1/users/{user_id}/notification-settings", role=Role.VIEWER, bound=True)
    def show_notification_settings(user_id: str, caller: CurrentCaller) -> UserSettingsAnswer:
        """Show a user's quiet hours, and when digests come."""
        known = check_user(caller, known_user_id(user_id))
        return UserSettingsAnswer.of(known, read(caller.tenant_id, known))

    @routes.put("/v1/users/{user_id}/notification-settings", role=Role.OPERATOR, bound=True)
    def change_notification_settings(user_id: str, body: UserSettingsBody, caller: CurrentCaller) -> UserSettingsAnswer:
        """Say when a user wants no mail, and when digests come."""
        known = check_user(caller, known_user_id(user_id))
        return UserSettingsAnswer.of(known, change(caller.tenant_id, known, body.wanted, body.revision))

    @routes.get("/v1/users/{user_id}/effective-preferences", role=Role.VIEWER, bound=True)
    def show_effective_preferences(user_id: str, caller: CurrentCaller) -> OverviewAnswer:
        """Show what a user hears of each event type, and whose word it is."""
        return OverviewAnswer.of(tell(caller.tenant_id, check_user(caller, known_user_id(user_id))))


def tenant_settings_routes(routes: Routes, read: ReadTenantSettings, change: ChangeTenantSettings) -> None:
    @routes.get("/v1/settings/preferences", role=Role.VIEWER)
    def show_preference_settings(caller: CurrentCaller) -> TenantSettingsAnswer:
        """Show what holds for users who said nothing."""
        return TenantSettingsAnswer.of(read(caller.tenant_id))

    @routes.put("/v1/settings/preferences", role=Role.ADMIN)
    def change_preference_settings(body: TenantSettingsBody, caller: CurrentCaller) -> TenantSettingsAnswer:
        """Say what holds for users who said nothing."""
        return TenantSettingsAnswer.of(change(caller.tenant_id, body.wanted, body.revision))


def _known(caller: Caller, text: str) -> str:
    """Raises NotFound."""
    preference_id = known_preference_id(text)
    check_user(caller, parts_of(preference_id)[0])
    return preference_id


def _listed(listing: Listing, tenant_id: str, found: Page[Preference], show: Show) -> Listed[PreferenceAnswer]:
    page = that_fits(
        Page(tuple(map(PreferenceAnswer.of, show.many(tenant_id, found.items))), found.last), lambda answer: answer.id
    )
    return Listed(items=list(page.items), next_cursor=listing.cursor(page))


def _put_one(put: PutPreference, given: object, caller: Caller, seed: Seed) -> Put | PostroomError:
    if not isinstance(given, dict):
        return Invalid((FieldError("preference", "must be a JSON object"),))
    try:
        body = BulkPreferenceBody.model_validate(given)
        return put(caller.tenant_id, body.order(user_meant(caller, body.user)), seed)
    except ValidationError as error:
        return Invalid(field_errors(error.errors(include_url=False, include_context=False, include_input=False)))
    except PostroomError as error:
        return error


def _items(
    tenant_id: str, results: list[Put | PostroomError], show: Show
) -> list[PutPreferenceAnswer | RefusedPreferenceAnswer]:
    shown = iter(show.many(tenant_id, [one.preference for one in results if isinstance(one, Put)]))
    return [
        RefusedPreferenceAnswer(status=one.status, error=problem_document(one, most=_MOST_ERRORS_OF_ONE))
        if isinstance(one, PostroomError)
        else PutPreferenceAnswer(status=_status(one), preference=PreferenceAnswer.of(next(shown)))
        for one in results
    ]


def _status(put: Put) -> HTTPStatus:
    return HTTPStatus.CREATED if put.fate is Fate.CREATED else HTTPStatus.OK
