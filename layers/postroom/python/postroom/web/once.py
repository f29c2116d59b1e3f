"""The Idempotency-Key of a request, around the handler of a route."""

import json
from collections.abc import Callable

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from postroom.audit.acting import seeded
from postroom.idempotency.model import HEADER, Answer, Place, fingerprint
from postroom.idempotency.run_once import Outcome, RunOnce
from postroom.ids import Seed
from postroom.web.routes import CALLER, SEED, Route

Middleware = Callable[[APIGatewayHttpResolver, NextMiddleware], Response[str]]

_MASKED_NOTICE = "A secret is shown once, in the first answer; here it is masked."


def once(route: Route, run_once: RunOnce) -> Middleware:
    def around(app: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[str]:
        event = app.current_event
        key = event.headers.get(HEADER.lower())
        if key is None:
            return next_middleware(app)

        def action(seed: Seed) -> Answer:
            app.context[SEED] = seed
            with seeded(seed):
                return _answer(next_middleware(app))

        caller = app.context[CALLER]
        place = Place.named(caller.tenant_id, key, caller.user_id)
        request = fingerprint(event.http_method, event.path, event.body or "")
        return _response(run_once(place, request, action, route.shown_once))

    return around


def _answer(response: Response[object]) -> Answer:
    return Answer(response.status_code, json.dumps(response.body, separators=(",", ":")))


def _response(outcome: Outcome) -> Response[str]:
    headers: dict[str, str | list[str]] = {}
    if outcome.replayed:
        headers["Idempotent-Replayed"] = "true"
        if outcome.answer.masked:
            headers["Postroom-Notice"] = _MASKED_NOTICE
    return Response(outcome.answer.status, "application/json", outcome.answer.body, headers)
