import re
from collections.abc import Mapping
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from local.place import SOURCES
from postroom.metrics.tally import Tally
from postroom.tenancy.model import Caller, Role
from postroom.web.metered import MeteredApi, route_class
from tests.fakes.http import authorised, request
from tests.fakes.metrics import counted


def answering(status: int) -> tuple[MeteredApi, Tally]:
    def api(_event: Mapping[str, Any], _context: LambdaContext) -> dict[str, Any]:
        return {"statusCode": status, "headers": {}, "body": ""}

    meter = Tally()
    return MeteredApi(api, meter), meter


@pytest.mark.parametrize(
    ("status", "errors"),
    [(201, {}), (304, {}), (422, {"ClientErrors/send": 1}), (500, {"ServerErrors/send": 1})],
)
def test_requests_are_counted_and_those_that_failed(status: int, errors: dict[str, int]) -> None:
    api, meter = answering(status)

    api(request("POST", "/v1/messages"), LambdaContext())

    assert counted(meter) == {"Requests/send": 1, **errors}


def test_whose_request_it_was_is_no_dimension() -> None:
    api, meter = answering(200)

    api(authorised(request("GET", "/v1/messages"), Caller("ten_a", "key_1", Role.VIEWER)), LambdaContext())

    taken, concerned = meter.take()
    assert concerned.tenants == {"ten_a"}
    assert "ten_a" not in str(taken)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/v1/messages", "read"),
        ("POST", "/v1/messages", "send"),
        ("POST", "/v1/messages/batch", "send"),
        ("POST", "/v1/emails/password-reset", "send"),
        ("POST", "/v1/notifications/users", "send"),
        ("POST", "/v1/messages/msg_1/cancel", "change"),
        ("DELETE", "/v1/accounts/acc_1", "change"),
        ("", "", "change"),
    ],
)
def test_a_request_is_one_of_three_kinds(method: str, path: str, expected: str) -> None:
    assert route_class(method, path) == expected


def test_every_route_by_which_mail_is_asked_for_is_of_that_kind() -> None:
    sources = [path.read_text() for path in (SOURCES / "postroom").rglob("routes.py")]
    posted = {path for source in sources for path in re.findall(r'routes\.post\(\s*"(/v1/[^"]+)"', source)}

    sending = {path for path in posted if re.match(r"/v1/(messages(/batch)?$|emails/|notifications/)", path)}

    assert len(sending) > 5
    assert {route_class("POST", path) for path in sending} == {"send"}
    assert {route_class("POST", path) for path in posted - sending} == {"change"}
