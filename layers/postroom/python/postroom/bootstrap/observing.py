"""What goes around every invocation: the id that its log lines have, and the metrics that it leaves behind."""

import logging
import time
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, TypeVar

from postroom.errors import PostroomError
from postroom.log_lines import write_lines
from postroom.metrics.emf import lines
from postroom.metrics.tally import Concerned, Taken, Tally
from postroom.tracing.xray import XRay

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

log = logging.getLogger(__name__)

Event = dict[str, Any]
T = TypeVar("T")
Handler = Callable[[Event, "LambdaContext"], T]

_MOST_TENANTS = 10
"""Named by a line; a batch of a hundred tenants need not make it long."""


@cache
def meter() -> Tally:
    """The one of this process."""
    return Tally()


@cache
def xray() -> XRay:
    """The one of this process."""
    return XRay()


def observed(environ: Mapping[str, str]) -> Callable[[Handler[T]], Handler[T]]:
    """For the handler of a function. Whatever it raises comes out as a PostroomError that says nothing of it."""

    def decorate(handler: Handler[T]) -> Handler[T]:
        log_lines = write_lines(environ)

        @wraps(handler)
        def observing(event: Event, context: "LambdaContext") -> T:
            log_lines.request_id = getattr(context, "aws_request_id", "")
            xray().begin(environ)
            try:
                return handler(event, context)
            except Exception:  # an entry point: Lambda would log its text, and there may be an address in it
                log.exception("An invocation failed")
                raise PostroomError from None
            finally:
                taken, concerned = meter().take()
                _write_metrics(taken, concerned, environ.get("POSTROOM_STAGE", ""), log_lines.request_id)
                xray().end("handler", concerned.annotations)

        return observing

    return decorate


def _write_metrics(taken: Taken, concerned: Concerned, stage: str, request_id: str) -> None:
    properties: dict[str, object] = {"requestId": request_id, **concerned.annotations}
    if len(concerned.tenants) > 1:
        properties["tenant_ids"] = sorted(concerned.tenants)[:_MOST_TENANTS]
    for line in lines(taken, stage, round(time.time() * 1000), properties):
        print(line, flush=True)  # noqa: T201 - to CloudWatch by way of the log
