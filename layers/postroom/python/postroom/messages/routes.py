from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import ValidationError

from postroom.errors import FieldError, Invalid, PostroomError
from postroom.messages.accept import AcceptMessages
from postroom.messages.bodies import (
    AcceptedAnswer,
    BatchAnswer,
    BatchBody,
    ListedMessageAnswer,
    MessageAnswer,
    MessageBody,
    RedriveAnswer,
    RedriveBody,
    RefusedMessageAnswer,
)
from postroom.messages.cancel import CancelMessage
from postroom.messages.draft import Draft
from postroom.messages.find import FindMessages
from postroom.messages.model import Message, OnUncertain, Priority, Status
from postroom.messages.ports import Filter
from postroom.messages.redrive import Redrive
from postroom.messages.resend import ResendMessage
from postroom.paging import Page
from postroom.tenancy.model import Role
from postroom.web.fields import EmailText
from postroom.web.ids import checked_id
from postroom.web.moments import MomentText, end_of, start_of
from postroom.web.pages import CursorText, Limit, Listed, Listing, Order, that_fits
from postroom.web.problem import field_errors, problem_document
from postroom.web.routes import CurrentCaller, CurrentSeed, Routes

_MOST_ERRORS_OF_ONE = 10
"""Of a batch: 500 messages may each have many, and one answer has to hold them."""

StatusFilter = Annotated[Status | None, Query(description="Only messages in this status.")]
RecipientFilter = Annotated[EmailText | None, Query(description="Only messages to this address.")]
AccountFilter = Annotated[str | None, Query(max_length=64, description="Only messages of this account.")]
PoolFilter = Annotated[str | None, Query(max_length=64, description="Only messages that name this pool.")]
FromFilter = Annotated[MomentText | None, Query(alias="from", description="Created at this time or later.")]
ToFilter = Annotated[MomentText | None, Query(description="Created before this time; a day is included.")]


def message_routes(routes: Routes, accept: AcceptMessages, find: FindMessages, cancel: CancelMessage) -> None:
    @routes.post("/v1/messages", role=Role.OPERATOR, status=202, idempotent=True)
    def send_message(body: MessageBody, caller: CurrentCaller, seed: CurrentSeed) -> AcceptedAnswer:
        """Send a message."""
        draft = body.draft(on_uncertain=OnUncertain.RESEND, highest=caller.highest_priority)
        [result] = accept(caller.tenant_id, [draft], seed)
        if isinstance(result, PostroomError):
            raise result
        return AcceptedAnswer.of(result)

    @routes.post("/v1/messages/batch", role=Role.OPERATOR, status=202, idempotent=True)
    def send_messages(body: BatchBody, caller: CurrentCaller, seed: CurrentSeed) -> BatchAnswer:
        """Send up to 500 messages, each with its own answer, in order."""
        drafts = [_draft(message, caller.highest_priority) for message in body.messages]
        accepted = iter(accept(caller.tenant_id, [draft for draft in drafts if isinstance(draft, Draft)], seed))
        results = [next(accepted) if isinstance(draft, Draft) else draft for draft in drafts]
        return BatchAnswer(items=[_item(result) for result in results])

    @routes.get("/v1/messages", role=Role.VIEWER)
    def list_messages(  # noqa: PLR0913, PLR0917 - one parameter for each filter
        caller: CurrentCaller,
        status: StatusFilter = None,
        recipient: RecipientFilter = None,
        account: AccountFilter = None,
        pool: PoolFilter = None,
        since: FromFilter = None,
        to: ToFilter = None,
        limit: Limit = 50,
        cursor: CursorText = None,
        order: Order = "-created_at",
    ) -> Listed[ListedMessageAnswer]:
        """List messages, the newest first. A page of very large ones ends early."""
        listing = Listing("messages", order)
        wanted = Filter(status, recipient, account, start_of(since), end_of(to), pool)
        found = find.page(caller.tenant_id, wanted, listing.request(limit, cursor))
        page = that_fits(Page(tuple(map(ListedMessageAnswer.of, found.items)), found.last), lambda answer: answer.id)
        return Listed(items=list(page.items), next_cursor=listing.cursor(page))

    @routes.get("/v1/messages/{message_id}", role=Role.VIEWER)
    def get_message(message_id: str, caller: CurrentCaller) -> MessageAnswer:
        """Show a message, every attempt at it and, while it waits, why and until when."""
        return MessageAnswer.of(find.one(caller.tenant_id, checked_id("msg", message_id)))

    @routes.post("/v1/messages/{message_id}/cancel", role=Role.OPERATOR)
    def cancel_message(message_id: str, caller: CurrentCaller) -> MessageAnswer:
        """Take back a message that has not begun to be sent."""
        return MessageAnswer.of(cancel(caller.tenant_id, checked_id("msg", message_id)))


def resend_routes(routes: Routes, resend: ResendMessage) -> None:
    @routes.post("/v1/messages/{message_id}/resend", role=Role.OPERATOR, idempotent=True)
    def resend_message(message_id: str, caller: CurrentCaller) -> MessageAnswer:
        """Send a message again of which nobody knows whether it was sent."""
        return MessageAnswer.of(resend(caller.tenant_id, checked_id("msg", message_id)))


def redrive_routes(routes: Routes, redrive: Redrive) -> None:
    @routes.post("/v1/system/redrive", role=Role.PLATFORM)
    def redrive_dead_letters(body: RedriveBody) -> RedriveAnswer:
        """Put messages from the dead-letter queue back, at a limited rate."""
        return RedriveAnswer.of(redrive(limit=body.limit, per_second=body.per_second))


def _draft(message: object, highest: Priority) -> Draft | PostroomError:
    if not isinstance(message, dict):
        return Invalid((FieldError("message", "must be a JSON object"),))
    try:
        return MessageBody.model_validate(message).draft(on_uncertain=OnUncertain.HOLD, highest=highest)
    except ValidationError as error:
        return Invalid(field_errors(error.errors(include_url=False, include_context=False, include_input=False)))


def _item(result: Message | PostroomError) -> AcceptedAnswer | RefusedMessageAnswer:
    if isinstance(result, PostroomError):
        return RefusedMessageAnswer(error=problem_document(result, most=_MOST_ERRORS_OF_ONE))
    return AcceptedAnswer.of(result)
