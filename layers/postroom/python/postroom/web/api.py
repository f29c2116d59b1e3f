"""From an event of API Gateway (HTTP API, payload 2.0) to its answer.

Who asks and whether they may is settled before the body is looked at; powertools would validate it first.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError, ResponseValidationError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext

from postroom import faults
from postroom.audit.acting import Acting, acting
from postroom.audit.model import KEPT
from postroom.clock import Clock
from postroom.errors import Invalid, NotFound, PostroomError
from postroom.idempotency.run_once import RunOnce
from postroom.ids import Seed
from postroom.tenancy.model import Caller
from postroom.tenancy.rates.model import Standing
from postroom.web.admission import NOTHING_HERE, authorise, find
from postroom.web.identity import actor_of, caller_of, has_caller
from postroom.web.incoming import read_json, with_clear_body, without_head
from postroom.web.once import Middleware, once
from postroom.web.problem import field_errors, problem
from postroom.web.query import refuse_unknown_query
from postroom.web.rate_limits import Admit, everybody, rate_limit_headers, refusal
from postroom.web.routes import CALLER, SEED, STANDING, Route

log = logging.getLogger(__name__)


class Api:
    """``resolver`` is powertools' own, from which the OpenAPI document is generated.

    ``audit_kept``: for how long the audit log keeps what is done by a request.
    """

    def __init__(
        self,
        routes: Iterable[Route],
        run_once: RunOnce,
        clock: Clock,
        admit: Admit = everybody,
        audit_kept: timedelta = KEPT,
    ) -> None:
        # Powertools prefers a path without parameters, too.
        self.routes = tuple(sorted(routes, key=lambda route: "{" in route.path))
        self._run_once = run_once
        self._clock = clock
        self._audit_kept = audit_kept
        self._admit = admit
        self._request_id = ""
        self._told: dict[str, str] = {}
        self._standing: Standing | None = None
        self.resolver = APIGatewayHttpResolver(
            enable_validation=True,
            response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR,
            json_body_deserializer=read_json,
            debug=False,
        )
        for route in self.routes:
            self._register(route)
        self._register_errors()

    def __call__(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        self._standing = None
        self._request_id = str(event.get("requestContext", {}).get("requestId", ""))
        self._told = {"request_id": self._request_id}
        asked = without_head(event)
        try:
            answer = self._resolve(asked, context)
        except PostroomError as error:
            answer = _as_answer(self._on_error(error))
        except Exception as error:  # noqa: BLE001 - an entry point: whatever it is, the caller gets a problem document
            answer = _as_answer(self._on_fault(error))
        log.info("request answered", extra={**self._told, "status": answer["statusCode"]})
        finished = _finished(answer, rate_limit_headers(self._standing) if self._standing else {})
        return finished if asked is event else {**finished, "body": "", "isBase64Encoded": False}

    def _resolve(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        known = self._counted(event)
        request = APIGatewayProxyEventV2(dict(event))
        route = find(self.routes, request.http_method, request.path)
        self._told |= {"method": route.method, "route": route.path}
        caller = None if route.is_public else known or caller_of(event)
        authorise(route, caller)
        refuse_unknown_query(route, request.query_string_parameters)
        clear = with_clear_body(event)
        now = self._clock()
        seed = Seed.fresh(now)
        self.resolver.context |= {CALLER: caller, SEED: seed, STANDING: self._standing}
        who = Acting(actor_of(event, caller), seed, now, self._audit_kept) if caller else None
        with acting(who):
            return self.resolver.resolve(clear, context)

    def _counted(self, event: Mapping[str, Any]) -> Caller | None:
        """Every request with a key, whatever it asks for. Raises RateLimited."""
        if not has_caller(event):
            return None
        caller = caller_of(event)
        self._told |= {"tenant_id": caller.tenant_id, "key_id": caller.key_id}
        self._standing = self._admit(caller)
        if self._standing and self._standing.retry_after_seconds:
            raise refusal(self._standing)
        return caller

    def _register(self, route: Route) -> None:
        middlewares = [_guard(route), once(route, self._run_once)] if route.idempotent else [_guard(route)]
        self.resolver.route(
            rule=route.path.replace("{", "<").replace("}", ">"),
            method=route.method,
            operation_id=route.name,
            include_in_schema=route.media_type is not None,
            status_code=route.status,
            middlewares=middlewares,
        )(route.handler)

    def _register_errors(self) -> None:
        self.resolver.exception_handler(PostroomError)(self._on_error)
        self.resolver.exception_handler(RequestValidationError)(self._on_invalid)
        self.resolver.exception_handler([ResponseValidationError, Exception])(self._on_fault)
        self.resolver.exception_handler(NotFoundError)(self._on_no_route)

    def _on_error(self, error: PostroomError) -> Response[str]:
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._log(error)
        return problem(error, self._request_id)

    def _on_invalid(self, error: RequestValidationError) -> Response[str]:
        return problem(Invalid(field_errors(error.errors())), self._request_id)

    def _on_no_route(self, _: NotFoundError) -> Response[str]:
        return problem(NotFound(NOTHING_HERE), self._request_id)

    def _on_fault(self, error: Exception) -> Response[str]:
        self._log(error)
        return problem(PostroomError(), self._request_id)

    def _log(self, error: Exception) -> None:
        log.error("request failed", extra={**self._told, **faults.described(error)})


def _guard(route: Route) -> Middleware:
    # The route that was checked and the route that is called were found by two pieces of code.
    def again(app: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[str]:
        authorise(route, app.context[CALLER])
        return next_middleware(app)

    return again


def _as_answer(response: Response[str]) -> dict[str, Any]:
    return {
        "statusCode": response.status_code,
        "headers": response.headers,
        "body": response.body,
        "isBase64Encoded": False,
    }


def _finished(answer: dict[str, Any], rates: dict[str, str]) -> dict[str, Any]:
    # A new key or a tenant's mail has no place in anyone's cache.
    if answer["statusCode"] == HTTPStatus.NO_CONTENT:
        return {**answer, "headers": {"Cache-Control": "no-store", **rates}, "body": ""}
    return {**answer, "headers": {"Cache-Control": "no-store", **answer["headers"], **rates}}
