from postroom.events.answers import ListedEventAnswer, PostedEventAnswer, PostedEventsAnswer, WholeEventAnswer
from postroom.events.bodies import PostedBody
from postroom.events.find import FindEvents
from postroom.events.model import PREFIX
from postroom.events.post import PostEvents
from postroom.tenancy.model import Role
from postroom.web.ids import checked_id
from postroom.web.pages import CursorText, Limit, Listed, Listing, Order
from postroom.web.routes import CurrentCaller, CurrentSeed, Routes


def event_routes(routes: Routes, post: PostEvents, find: FindEvents) -> None:
    @routes.post("/v1/events", role=Role.OPERATOR, status=202, idempotent=True)
    def post_events(
        body: PostedBody, caller: CurrentCaller, seed: CurrentSeed
    ) -> PostedEventAnswer | PostedEventsAnswer:
        """Post what has happened: one event, or up to 500 together."""
        posted = post(caller.tenant_id, body.posting(), seed, caller.highest_priority)
        answers = [PostedEventAnswer.of(one) for one in posted]
        return PostedEventsAnswer(events=answers) if body.is_list else answers[0]

    @routes.get("/v1/events", role=Role.VIEWER)
    def list_posted_events(
        caller: CurrentCaller, limit: Limit = 50, cursor: CursorText = None, order: Order = "-created_at"
    ) -> Listed[ListedEventAnswer]:
        """List events, the newest first."""
        listing = Listing("events", order)
        page = find.page(caller.tenant_id, listing.request(limit, cursor))
        return Listed(items=[ListedEventAnswer.of(event) for event in page.items], next_cursor=listing.cursor(page))

    @routes.get("/v1/events/{event_id}", role=Role.VIEWER)
    def get_event(event_id: str, caller: CurrentCaller) -> WholeEventAnswer:
        """Show an event, and how many users were told of it."""
        return WholeEventAnswer.of(find.one(caller.tenant_id, checked_id(PREFIX, event_id)))
