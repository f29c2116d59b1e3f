from http import HTTPStatus
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from postroom.conditional import Fate
from postroom.errors import FieldError, Invalid
from postroom.paging import Page
from postroom.tenancy.model import Role
from postroom.users.bodies import UserAnswer, UserBody
from postroom.users.manage import DeleteUser, FindUsers, PutUser
from postroom.users.model import NOT_AN_ID, UserRole, is_user_id
from postroom.users.ports import Filter
from postroom.web.fields import EmailText, UserType
from postroom.web.ids import from_path, known_user_id
from postroom.web.pages import CursorText, Limit, Listed, Listing, that_fits
from postroom.web.routes import CurrentCaller, Routes

UserTypeFilter = Annotated[UserType | None, Query(description="Only users of this type, written exactly so.")]
RoleFilter = Annotated[UserRole | None, Query(description="Only users in this role.")]
EmailFilter = Annotated[EmailText | None, Query(description="Only the user with this address.")]
ById = Annotated[Literal["id", "-id"], Query(description="With a minus, from the last id to the first.")]


def user_routes(routes: Routes, find: FindUsers, put: PutUser, delete: DeleteUser) -> None:
    @routes.put("/v1/users/{user_id}", role=Role.OPERATOR, also=(201,))
    def put_user(user_id: str, body: UserBody, caller: CurrentCaller) -> Response[UserAnswer]:
        """Make a user (201), or change one (200): what is left out stays as it is."""
        wanted_id = _wanted_id(user_id)
        if body.id not in (None, wanted_id):
            raise Invalid((FieldError("id", "must be the one in the path: an id cannot be changed"),))
        result = put(caller.tenant_id, wanted_id, body.wishes(), body.revision)
        status = HTTPStatus.CREATED if result.fate is Fate.CREATED else HTTPStatus.OK
        return Response(status, "application/json", UserAnswer.of(result.user))

    @routes.get("/v1/users", role=Role.VIEWER)
    def list_users(  # noqa: PLR0913, PLR0917 - one parameter for each filter
        caller: CurrentCaller,
        user_type: UserTypeFilter = None,
        role: RoleFilter = None,
        email: EmailFilter = None,
        limit: Limit = 50,
        cursor: CursorText = None,
        order: ById = "id",
    ) -> Listed[UserAnswer]:
        """List users by their ids. With both a type and a role, a page may have fewer than there are."""
        listing = Listing("users", order)
        found = find.page(caller.tenant_id, Filter(user_type, role, email), listing.request(limit, cursor))
        page = that_fits(Page(tuple(map(UserAnswer.of, found.items)), found.last), lambda answer: answer.id)
        return Listed(items=list(page.items), next_cursor=listing.cursor(page))

    @routes.get("/v1/users/{user_id}", role=Role.VIEWER)
    def get_user(user_id: str, caller: CurrentCaller) -> UserAnswer:
        """Show a user."""
        return UserAnswer.of(find.one(caller.tenant_id, known_user_id(user_id)))

    @routes.delete("/v1/users/{user_id}", role=Role.OPERATOR)
    def delete_user(user_id: str, caller: CurrentCaller) -> None:
        """Delete a user."""
        delete(caller.tenant_id, known_user_id(user_id))


def _wanted_id(text: str) -> str:
    """Raises Invalid for what is no id."""
    user_id = from_path(text)
    if not is_user_id(user_id):
        raise Invalid((FieldError("id", NOT_AN_ID),))
    return user_id
