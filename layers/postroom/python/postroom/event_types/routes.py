from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from postroom.errors import FieldError, Invalid, NotFound
from postroom.event_types.bodies import EventTypeAnswer, EventTypeBody
from postroom.event_types.manage import DeleteEventType, FindEventTypes, PutEventType
from postroom.event_types.model import NAME
from postroom.paging import page_of
from postroom.priorities import refusal
from postroom.tenancy.model import Caller, Role
from postroom.web.pages import CursorText, Limit, Listed, Listing
from postroom.web.query import Force
from postroom.web.routes import CurrentCaller, Routes

_NOT_A_NAME = "must be 1 to 64 of a-z 0-9 _ and begin with a letter"


def event_type_routes(routes: Routes, find: FindEventTypes, put: PutEventType, delete: DeleteEventType) -> None:
    @routes.get("/v1/event-types", role=Role.VIEWER)
    def list_event_types(
        caller: CurrentCaller, limit: Limit = 50, cursor: CursorText = None
    ) -> Listed[EventTypeAnswer]:
        """List the event types by name: the built-in ones, and the tenant's own."""
        listing = Listing("event-types")
        after = listing.request(limit, cursor).after or ""
        behind = [one for one in find.all_of(caller.tenant_id).values() if one.name > after]
        page = page_of(behind, limit, lambda event_type: event_type.name)
        return Listed(items=[EventTypeAnswer.of(one) for one in page.items], next_cursor=listing.cursor(page))

    @routes.get("/v1/event-types/{event_type}", role=Role.VIEWER)
    def get_event_type(event_type: str, caller: CurrentCaller) -> EventTypeAnswer:
        """Show an event type."""
        return EventTypeAnswer.of(find.one(caller.tenant_id, _known(event_type)))

    @routes.put("/v1/event-types/{event_type}", role=Role.ADMIN, also=(201,))
    def put_event_type(event_type: str, body: EventTypeBody, caller: CurrentCaller) -> Response[EventTypeAnswer]:
        """Make an event type (201), or change one (200): what is left out stays as it is."""
        _check(event_type, body, caller)
        found, before = put(caller.tenant_id, event_type, body.words(), body.revision)
        status = HTTPStatus.OK if before else HTTPStatus.CREATED
        return Response(status, "application/json", EventTypeAnswer.of(found))

    @routes.delete("/v1/event-types/{event_type}", role=Role.ADMIN)
    def delete_event_type(event_type: str, caller: CurrentCaller, *, force: Force = False) -> None:
        """Delete an event type, or make a built-in one as it was."""
        delete(caller.tenant_id, _known(event_type), force=force)


def _known(name: str) -> str:
    """Raises NotFound for what cannot be a name."""
    if not NAME.fullmatch(name):
        raise NotFound
    return name


def _check(name: str, body: EventTypeBody, caller: Caller) -> None:
    """Raises Invalid."""
    faults = []
    if not NAME.fullmatch(name):
        faults.append(FieldError("name", _NOT_A_NAME))
    if body.name not in (None, name):
        faults.append(FieldError("name", "must be the one in the path: a name cannot be changed"))
    if body.priority is not None and not caller.may_send(body.priority):
        faults.append(FieldError("priority", refusal(caller.highest_priority)))
    if faults:
        raise Invalid(tuple(faults))
