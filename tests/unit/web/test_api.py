"""What every request goes through, on routes made for the purpose."""

import json
import logging
from collections.abc import Iterator
from typing import Annotated

import pytest
from aws_lambda_powertools.event_handler.openapi.params import Query

from postroom.errors import Conflict, FieldError, Invalid, Misconfigured, NotFound, StillRunning, Unavailable
from postroom.idempotency.run_once import RunOnce
from postroom.log_lines import Lines
from postroom.tenancy.model import Caller, KeyProblem, Role
from postroom.tenancy.rates.admit import AdmitRequest
from postroom.tenancy.rates.model import UsualLimits
from postroom.web.api import Api
from postroom.web.body import RequestBody, ResponseBody
from postroom.web.fields import EmailText, HeaderText
from postroom.web.incoming import BODY_LIMIT
from postroom.web.routes import CurrentCaller, CurrentSeed, Routes
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.rates import MemoryRequestCounts
from tests.fakes.time import FakeClock

OPERATOR = Caller("ten_a", "key_a", Role.OPERATOR)
VIEWER = Caller("ten_a", "key_v", Role.VIEWER)
PROBLEM = "application/problem+json"
GOOD = {"to": ["ann@example.com"], "subject": "Hello"}


class LetterBody(RequestBody):
    to: list[EmailText]
    subject: HeaderText
    copies: int = 1
    weight: float = 1.0


class LetterAnswer(ResponseBody):
    id: str
    tenant_id: str
    subject: str


class Faulty:
    """Raises what a test puts in."""

    error: BaseException = ValueError("ann@example.com and her secret")

    def __call__(self) -> None:
        raise self.error


def _add_for_others(routes: Routes) -> None:
    @routes.get("/v1/weather", role=(Role.VIEWER, Role.PLATFORM))
    def forecast(caller: CurrentCaller) -> dict[str, str]:
        return {"for": caller.tenant_id}

    @routes.public("/v1/opening-hours")
    def tell_hours() -> dict[str, str]:
        return {"open": "always"}


class Office:
    """An api with a few routes, and what came of calling them."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.faulty = Faulty()
        routes = Routes()
        self._add_routes(routes)
        self.logs: list[str] = []
        _add_for_others(routes)
        self.api = Api(routes, RunOnce(MemoryRecords(), FakeClock()), FakeClock())

    def _add_routes(self, routes: Routes) -> None:
        @routes.post("/v1/letters", role=Role.OPERATOR, status=201, idempotent=True, bound=True)
        def write(body: LetterBody, caller: CurrentCaller, seed: CurrentSeed) -> LetterAnswer:
            self.written.append(body.subject)
            return LetterAnswer(id=seed.id("let"), tenant_id=caller.tenant_id, subject=body.subject)

        @routes.get("/v1/letters", role=Role.VIEWER)
        def find(
            since: Annotated[str, Query(alias="from")] = "", limit: Annotated[int, Query(ge=1)] = 5
        ) -> dict[str, str]:
            return {"from": since, "limit": str(limit)}

        @routes.get("/v1/letters/{letter_id}", role=Role.VIEWER)
        def get(letter_id: str) -> dict[str, str]:
            if letter_id != "let_known":
                raise NotFound
            return {"id": letter_id}

        @routes.get("/v1/letters/lost", role=Role.VIEWER)
        def lost() -> dict[str, str]:
            return {"id": "the lost ones"}

        @routes.delete("/v1/letters/{letter_id}", role=Role.OPERATOR)
        def burn(letter_id: str) -> None:
            self.written.append(f"burnt {letter_id}")

        @routes.get("/v1/faults", role=Role.VIEWER)
        def fail() -> dict[str, str]:
            self.faulty()
            return {}

        @routes.get("/v1/mismatch", role=Role.VIEWER)
        def mismatch() -> LetterAnswer:
            return {"id": 5, "secret": "s3cret"}  # type: ignore[return-value]

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        caller: Caller | KeyProblem | None = OPERATOR,
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
        request_id: str = "request-1",
    ) -> Answer:
        event = request(method, path, body, headers=headers, query=query, request_id=request_id)
        return send(self.api, authorised(event, caller))


class _Noted(Lines):
    """Lines as functions write them, kept."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self.request_id = "invocation-1"
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))


@pytest.fixture
def office(caplog: pytest.LogCaptureFixture) -> Iterator[Office]:
    office = Office()
    package, noted = logging.getLogger("postroom"), _Noted(office.logs)
    package.addHandler(noted)
    with caplog.at_level(logging.INFO, "postroom"):
        yield office
    package.removeHandler(noted)


def test_who_has_made_all_requests_is_refused_before_anything_is_done(office: Office) -> None:
    office.api._admit = AdmitRequest(MemoryRequestCounts(), UsualLimits(tenant=5, key=1), FakeClock())

    first, second = (office.send("POST", "/v1/letters", GOOD) for _ in range(2))

    assert (first.status, first.headers["RateLimit"]) == (201, '"key";r=0;t=65, "tenant";r=4;t=65')
    assert is_problem(second, 429, "rate_limited")
    assert second.headers["Retry-After"] == "65"
    assert second.headers["RateLimit-Policy"] == '"key";q=1;w=60, "tenant";q=5;w=60'
    assert office.written == ["Hello"]
    assert '"key_id":"key_a"' in office.logs[-1]


def test_an_answer_without_a_body_says_how_its_caller_stands_too(office: Office) -> None:
    office.api._admit = AdmitRequest(MemoryRequestCounts(), UsualLimits(tenant=5, key=5), FakeClock())

    answer = office.send("DELETE", "/v1/letters/let_known")

    assert (answer.status, answer.headers["RateLimit"]) == (204, '"key";r=4;t=65, "tenant";r=4;t=65')


def test_an_answer_says_nothing_of_limits_when_nothing_can_be_counted(office: Office) -> None:
    counts = MemoryRequestCounts()
    counts.down = True
    office.api._admit = AdmitRequest(counts, UsualLimits(tenant=5, key=5), FakeClock())

    answer = office.send("POST", "/v1/letters", GOOD)

    assert answer.status == 201
    assert "RateLimit" not in answer.headers


def is_problem(answer: Answer, status: int, code: str) -> bool:
    document = answer.json
    return (
        (answer.status, document["status"], document["code"]) == (status, status, code)
        and answer.headers["Content-Type"] == PROBLEM
        and document["type"] == f"urn:postroom:problem:{code}"
        and bool(document["title"])
        and bool(document["detail"])
        and document["request_id"] == "request-1"
    )


def test_a_good_request_is_carried_out_for_the_callers_tenant(office: Office) -> None:
    answer = office.send("POST", "/v1/letters", GOOD)

    assert answer.status == 201
    assert answer.json["tenant_id"] == "ten_a"
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_body_in_base64_is_decoded(office: Office) -> None:
    answer = office.send("POST", "/v1/letters", json.dumps({**GOOD, "subject": "Grüße"}).encode())

    assert answer.json["subject"] == "Grüße"


def test_what_has_no_content_has_no_body(office: Office) -> None:
    answer = office.send("DELETE", "/v1/letters/let_1")

    assert (answer.status, answer.text) == (204, "")
    assert "Content-Type" not in answer.headers


def test_a_path_without_a_parameter_wins(office: Office) -> None:
    assert office.send("GET", "/v1/letters/lost").json == {"id": "the lost ones"}


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_is_known_however_it_is_written(office: Office, media_type: str) -> None:
    assert office.send("POST", "/v1/letters", GOOD, headers={"content-type": media_type}).status == 201


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (None, "Authorization"),
        (KeyProblem.MISSING, "Authorization"),
        (KeyProblem.INVALID, "not valid"),
        (KeyProblem.REVOKED, "revoked"),
    ],
)
def test_without_a_caller_nothing_is_read(office: Office, problem: KeyProblem | None, said: str) -> None:
    answer = office.send("POST", "/v1/letters", "{broken", caller=problem)

    assert is_problem(answer, 401, "unauthenticated")
    assert said in answer.json["detail"]
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("caller", [None, *KeyProblem, VIEWER])
def test_what_is_public_is_told_whoever_asks(office: Office, caller: Caller | KeyProblem | None) -> None:
    answer = office.send("GET", "/v1/opening-hours", caller=caller)

    assert (answer.status, answer.json) == (200, {"open": "always"})


def test_what_is_public_takes_no_other_method_and_no_unknown_query(office: Office) -> None:
    wrong_method = office.send("POST", "/v1/opening-hours", caller=None)
    wrong_query = office.send("GET", "/v1/opening-hours", caller=None, query={"day": "1"})

    assert is_problem(wrong_method, 405, "method_not_allowed")
    assert is_problem(wrong_query, 422, "invalid_request")


def test_head_answers_as_get_does_without_a_body(office: Office) -> None:
    for path, caller in (("/v1/opening-hours", None), ("/v1/letters", VIEWER), ("/v1/letters", None)):
        got, head = (office.send(method, path, caller=caller) for method in ("GET", "HEAD"))

        assert (head.status, head.headers, head.text) == (got.status, got.headers, ""), path


def test_a_public_request_leaves_the_next_one_without_a_caller(office: Office) -> None:
    office.send("GET", "/v1/letters", caller=VIEWER)
    office.send("GET", "/v1/opening-hours", caller=None)

    assert is_problem(office.send("GET", "/v1/letters", caller=None), 401, "unauthenticated")


def test_when_the_key_could_not_be_looked_up_the_caller_may_ask_again(office: Office) -> None:
    answer = office.send("GET", "/v1/letters", caller=KeyProblem.UNAVAILABLE)

    assert is_problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize("context", [{}, {"role": "admin"}, {"tenant_id": "t", "key_id": "k", "role": "god"}])
def test_a_context_that_names_no_caller_is_no_caller(office: Office, context: dict[str, str]) -> None:
    event = request("GET", "/v1/letters")
    event["requestContext"]["authorizer"] = {"lambda": context}

    assert is_problem(send(office.api, event), 401, "unauthenticated")


@pytest.mark.parametrize("body", [GOOD, "{broken", {"unknown": 1}, "x" * (BODY_LIMIT + 1)])
def test_a_role_that_may_not_is_refused_before_the_body_is_read(office: Office, body: object) -> None:
    answer = office.send("POST", "/v1/letters", body, caller=VIEWER)

    assert is_problem(answer, 403, "forbidden")
    assert office.written == []


def test_the_platform_is_nobodys_viewer(office: Office) -> None:
    answer = office.send("GET", "/v1/letters", caller=Caller("platform", "key_p", Role.PLATFORM))

    assert is_problem(answer, 403, "forbidden")


@pytest.mark.parametrize("role", Role)
def test_a_route_that_is_open_to_several_roles_takes_whoever_has_one_of_them(office: Office, role: Role) -> None:
    answer = office.send("GET", "/v1/weather", caller=Caller("whose", "key", role))

    assert (answer.status, answer.json) == (200, {"for": "whose"})


def test_a_refusal_names_the_role_that_is_needed(office: Office) -> None:
    answer = office.send("DELETE", "/v1/letters/let_1", caller=VIEWER)

    assert answer.json["detail"] == "This needs a key with the role operator."


def test_an_unknown_path_is_not_found(office: Office) -> None:
    for path in ("/", "/v1", "/v1/nothing", "/v1/letters/", "/v1/letters/a/b", "/v1/letters\n", '/v1/letters/"'):
        assert is_problem(office.send("GET", path), 404, "not_found")


def test_a_wrong_method_is_told_the_right_ones(office: Office) -> None:
    answer = office.send("PUT", "/v1/letters", GOOD)

    assert is_problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, POST"


def test_a_strangers_id_and_an_unknown_id_get_the_same_answer(office: Office) -> None:
    first = office.send("GET", "/v1/letters/let_strangers", request_id="request-1")
    second = office.send("GET", "/v1/letters/let_unknown", request_id="request-1")

    assert is_problem(first, 404, "not_found")
    assert first == second


@pytest.mark.parametrize(
    "body",
    [
        "{broken",
        "",
        "{'to': 1}",
        '{"to": NaN}',
        '{"weight": Infinity}',
        '{"to": [], "to": ["eve@example.com"]}',
        '{"subject": "\\ud800"}',
        '{"sub\\udfffject": "x"}',
        '{"copies": ' + "9" * 5000 + "}",
        "[" * 100_000,
        '{"subject": "a\nb"}',
        b"\xff\xfe{}",
    ],
    ids=range(12),
)
def test_a_body_that_is_not_json_is_malformed(office: Office, body: object) -> None:
    answer = office.send("POST", "/v1/letters", body)

    if body == "":
        assert is_problem(answer, 422, "invalid_request")
        assert answer.fields == {"body": "is required"}
    else:
        assert is_problem(answer, 400, "malformed_request")
    assert office.written == []


def test_a_body_whose_base64_is_broken_is_malformed(office: Office) -> None:
    event = authorised(request("POST", "/v1/letters", "*"), OPERATOR) | {"isBase64Encoded": True}

    assert is_problem(send(office.api, event), 400, "malformed_request")


@pytest.mark.parametrize("body", ["[]", "null", '"text"', "5", json.dumps([GOOD])])
def test_a_body_that_is_no_object_is_invalid(office: Office, body: str) -> None:
    answer = office.send("POST", "/v1/letters", body)

    assert is_problem(answer, 422, "invalid_request")
    assert answer.fields == {"body": "must be a JSON object"}
    assert office.written == []


@pytest.mark.parametrize(
    "media_type",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/xml"],
)
def test_a_body_that_is_not_declared_as_json_is_unsupported(office: Office, media_type: str) -> None:
    answer = office.send("POST", "/v1/letters", GOOD, headers={"content-type": media_type})

    assert is_problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("body", ["x" * (BODY_LIMIT + 1), b"x" * (BODY_LIMIT + 1), "ü" * (BODY_LIMIT // 2 + 1)])
def test_a_body_over_the_limit_is_too_large(office: Office, body: object) -> None:
    assert is_problem(office.send("POST", "/v1/letters", body), 413, "too_large")


def test_a_body_at_the_limit_is_read(office: Office) -> None:
    filling = BODY_LIMIT - len(json.dumps({**GOOD, "subject": ""}))

    assert office.send("POST", "/v1/letters", {**GOOD, "subject": "x" * filling}).status == 201


def test_every_fault_of_a_body_is_named_at_once(office: Office) -> None:
    answer = office.send(
        "POST",
        "/v1/letters",
        {
            "to": ["ann@example.com", "bad"],
            "subject": "a\r\nBcc: eve@example.com",
            "copies": "5",
            "weight": True,
            "z": 1,
        },
    )

    assert is_problem(answer, 422, "invalid_request")
    assert set(answer.fields) == {"to.1", "subject", "copies", "weight", "z"}
    assert answer.fields["z"] == "is not a known field"
    assert office.written == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to": None}, "to"),
        ({"to": "ann@example.com"}, "to"),
        ({"to": {"0": "ann@example.com"}}, "to"),
        ({"to": ["ann@example.com\r\nRCPT TO:<eve@example.com>"]}, "to.0"),
        ({"subject": None}, "subject"),
        ({"subject": "a\nX-Injected: 1"}, "subject"),
        ({"subject": "a\u0000"}, "subject"),
        ({"copies": 1.5}, "copies"),
        ({"copies": True}, "copies"),
        ({"weight": "1"}, "weight"),
        ({"weight": 1e999}, "weight"),
    ],
)
def test_a_field_of_the_wrong_kind_is_named(office: Office, change: dict[str, object], field: str) -> None:
    answer = office.send("POST", "/v1/letters", json.dumps({**GOOD, **change}).replace("Infinity", "1e999"))

    assert is_problem(answer, 422, "invalid_request")
    assert set(answer.fields) == {field}
    assert office.written == []


def test_the_list_of_faults_and_their_names_are_bounded(office: Office) -> None:
    answer = office.send("POST", "/v1/letters", {**GOOD, **{f"{number}{'x' * 1000}": 1 for number in range(1000)}})

    assert len(answer.json["errors"]) == 100
    assert len(answer.text) < 100_000


def test_a_query_parameter_is_known_by_its_public_name(office: Office) -> None:
    assert office.send("GET", "/v1/letters", query={"from": "2030", "limit": "7"}).json == {
        "from": "2030",
        "limit": "7",
    }


@pytest.mark.parametrize("query", [{"since": "2030"}, {"limitt": "1"}, {"limit": "0"}, {"limit": "x"}])
def test_a_wrong_query_parameter_is_named(office: Office, query: dict[str, str]) -> None:
    answer = office.send("GET", "/v1/letters", query=query)

    assert is_problem(answer, 422, "invalid_request")
    assert list(answer.fields) == list(query)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Conflict("It has been sent."), 409, "conflict"),
        (StillRunning(), 409, "request_in_progress"),
        (Invalid((FieldError("to", "is suppressed"),)), 422, "invalid_request"),
        (Unavailable("the table postroom-accounts was throttled"), 503, "unavailable"),
        (Misconfigured("ACCOUNTS_TABLE is not set"), 500, "misconfigured"),
        (ValueError("ann@example.com"), 500, "internal_error"),
        (KeyError("ACCOUNTS_TABLE"), 500, "internal_error"),
    ],
)
def test_an_error_becomes_its_problem_and_ours_are_not_explained(
    office: Office, error: Exception, status: int, code: str
) -> None:
    office.faulty.error = error

    answer = office.send("GET", "/v1/faults")

    assert is_problem(answer, status, code)
    if status >= 500:
        assert answer.json["detail"] == answer.json["title"]


def test_an_answer_that_breaks_its_promise_is_our_fault(office: Office) -> None:
    answer = office.send("GET", "/v1/mismatch")

    assert is_problem(answer, 500, "internal_error")
    assert "s3cret" not in answer.text + "".join(office.logs)


def test_a_fault_is_logged_with_its_place_and_without_what_it_says(office: Office) -> None:
    answer = office.send("GET", "/v1/faults")

    logged = "".join(office.logs)
    fault = next(entry for entry in map(json.loads, office.logs) if entry["level"] == "ERROR")
    assert answer.status == 500
    assert fault["message"] == "request failed"
    assert (fault["request_id"], fault["requestId"]) == ("request-1", "invocation-1")
    assert fault["fault"] == ["ValueError"]
    assert fault["where"][-1].startswith("test_api.py:")
    assert "ann@example.com" not in logged
    assert "secret" not in logged


def test_every_request_leaves_one_line_without_its_body_or_key(office: Office) -> None:
    office.send("POST", "/v1/letters", GOOD, headers={"authorization": "Bearer pr_a_b_c"})

    (line,) = office.logs
    entry = json.loads(line)
    assert (entry["message"], entry["status"]) == ("request answered", 201)
    assert (entry["request_id"], entry["requestId"]) == ("request-1", "invocation-1")
    assert (entry["method"], entry["route"]) == ("POST", "/v1/letters")
    assert (entry["tenant_id"], entry["key_id"]) == ("ten_a", "key_a")
    assert "ann@example.com" not in line
    assert "pr_a_b_c" not in line


def test_what_is_known_of_one_request_does_not_stay_for_the_next(office: Office) -> None:
    office.send("POST", "/v1/letters", GOOD)
    office.send("GET", "/nowhere", caller=None)

    entry = json.loads(office.logs[-1])
    assert entry.keys().isdisjoint({"tenant_id", "key_id", "method", "route"})


def test_a_repeated_request_is_answered_again_and_says_so(office: Office) -> None:
    key = {"Idempotency-Key": "k1"}

    first = office.send("POST", "/v1/letters", GOOD, headers={k.lower(): v for k, v in key.items()})
    second = office.send("POST", "/v1/letters", GOOD, headers=key)

    assert office.written == ["Hello"]
    assert (first.status, first.text) == (second.status, second.text)
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"


def test_a_repeated_request_with_another_body_is_refused(office: Office) -> None:
    office.send("POST", "/v1/letters", GOOD, headers={"idempotency-key": "k1"})

    answer = office.send("POST", "/v1/letters", {**GOOD, "subject": "Bye"}, headers={"idempotency-key": "k1"})

    assert is_problem(answer, 422, "idempotency_key_reused")
    assert office.written == ["Hello"]


def test_a_users_answer_is_not_repeated_to_another_user(office: Office) -> None:
    ann, bob = (Caller("ten_a", f"key_{name}", Role.OPERATOR, name) for name in ("ann", "bob"))

    first = office.send("POST", "/v1/letters", GOOD, caller=ann, headers={"idempotency-key": "k1"})
    other = office.send("POST", "/v1/letters", GOOD, caller=bob, headers={"idempotency-key": "k1"})
    again = office.send("POST", "/v1/letters", GOOD, caller=ann, headers={"idempotency-key": "k1"})

    assert other.json["id"] != first.json["id"] == again.json["id"]


def test_keys_that_are_nobodys_share_what_is_repeated(office: Office) -> None:
    another = Caller("ten_a", "key_b", Role.OPERATOR)

    first = office.send("POST", "/v1/letters", GOOD, headers={"idempotency-key": "k1"})
    again = office.send("POST", "/v1/letters", GOOD, caller=another, headers={"idempotency-key": "k1"})

    assert again.json == first.json
    assert office.written == ["Hello"]


def test_a_refused_request_may_be_corrected_under_its_key(office: Office) -> None:
    office.send("POST", "/v1/letters", {"to": []}, headers={"idempotency-key": "k1"})

    assert office.send("POST", "/v1/letters", GOOD, headers={"idempotency-key": "k1"}).status == 201


def test_a_bad_idempotency_key_is_named(office: Office) -> None:
    answer = office.send("POST", "/v1/letters", GOOD, headers={"idempotency-key": "a b"})

    assert is_problem(answer, 422, "invalid_request")
    assert list(answer.fields) == ["Idempotency-Key"]
    assert office.written == []


def test_without_a_key_two_requests_are_two(office: Office) -> None:
    first = office.send("POST", "/v1/letters", GOOD)
    second = office.send("POST", "/v1/letters", GOOD)

    assert first.json["id"] != second.json["id"]


def test_the_routes_give_an_openapi_document(office: Office) -> None:
    document = json.loads(office.api.resolver.get_openapi_json_schema(title="Postroom", version="1"))

    operation = document["paths"]["/v1/letters"]["post"]
    assert [parameter["name"] for parameter in document["paths"]["/v1/letters"]["get"]["parameters"]] == [
        "from",
        "limit",
    ]
    assert "caller" not in json.dumps(operation)
