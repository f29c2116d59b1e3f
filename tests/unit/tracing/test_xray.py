import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

from postroom.bootstrap.observing import meter, observed, xray
from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Phase, ReplyClass, Security, Server, SessionFailed, Verdict
from postroom.delivery.traced import TraceSessions
from postroom.metrics.model import SENT
from postroom.tracing.clients import trace_requests
from postroom.tracing.xray import XRay
from tests.fakes.sending import FakeServers
from tests.fakes.tables import tables

ROOT_ID = "1-5759e988-bd862e3fe1be46a994272793"
PARENT_ID = "53995c3f42cd8ad8"
SERVER = Server("mail.test", 587, Security.STARTTLS)


class Caught(Exception):
    """A request, before it leaves."""

    def __init__(self, request: AWSPreparedRequest) -> None:
        super().__init__()
        self.request = request


@pytest.fixture
def daemon() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        bound.settimeout(0.05)
        yield bound


def environment(daemon: socket.socket, sampled: str = "1") -> dict[str, str]:
    host, port = daemon.getsockname()
    return {
        "_X_AMZN_TRACE_ID": f"Root={ROOT_ID};Parent={PARENT_ID};Sampled={sampled};Lineage=1:a:0",
        "AWS_XRAY_DAEMON_ADDRESS": f"{host}:{port}",
        "POSTROOM_STAGE": "test",
    }


def received(daemon: socket.socket) -> dict[str, dict[str, Any]]:
    """What came, by its name."""
    found: dict[str, dict[str, Any]] = {}
    while True:
        try:
            datagram = daemon.recv(65536)
        except TimeoutError:
            return found
        preamble, _, document = datagram.partition(b"\n")
        assert json.loads(preamble) == {"format": "json", "version": 1}
        read = json.loads(document)
        found[read["name"]] = read


def test_what_takes_time_belongs_to_what_waits_for_it(daemon: socket.socket) -> None:
    trace = XRay()
    trace.begin(environment(daemon))

    with trace.span("SMTP lot"), trace.span("SMTP log-in"):
        pass
    trace.end("handler", {"tenant_id": "ten_a"})

    found = received(daemon)
    inner, outer, root = found["SMTP log-in"], found["SMTP lot"], found["handler"]
    assert (inner["parent_id"], outer["parent_id"], root["parent_id"]) == (outer["id"], root["id"], PARENT_ID)
    assert {each["trace_id"] for each in found.values()} == {ROOT_ID}
    assert {each["type"] for each in found.values()} == {"subsegment"}
    assert inner["namespace"] == outer["namespace"] == "remote"
    assert root["annotations"] == {"tenant_id": "ten_a"}
    assert root["start_time"] <= outer["start_time"] <= inner["end_time"] <= outer["end_time"] <= root["end_time"]


def test_what_a_thread_of_a_pool_does_belongs_to_the_invocation(daemon: socket.socket) -> None:
    trace = XRay()
    trace.begin(environment(daemon))

    def work() -> None:
        with trace.span("in a thread"):
            pass

    with trace.span("outside"), ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()
    trace.end("handler", {})

    found = received(daemon)
    assert found["in a thread"]["parent_id"] == found["handler"]["id"]


@pytest.mark.parametrize(
    "changed",
    [
        {"_X_AMZN_TRACE_ID": ""},
        {"_X_AMZN_TRACE_ID": f"Root={ROOT_ID};Parent={PARENT_ID};Sampled=0"},
        {"_X_AMZN_TRACE_ID": "Sampled=1"},
        {"_X_AMZN_TRACE_ID": "nonsense;;="},
        {"AWS_XRAY_DAEMON_ADDRESS": ""},
        {"AWS_XRAY_DAEMON_ADDRESS": "nowhere"},
    ],
)
def test_nothing_is_sent_of_what_nobody_samples(daemon: socket.socket, changed: dict[str, str]) -> None:
    trace = XRay()
    trace.begin(environment(daemon) | changed)

    with trace.span("anything"):
        pass
    trace.end("handler", {})

    assert received(daemon) == {}


def test_an_invocation_after_a_sampled_one_is_silent_again(daemon: socket.socket) -> None:
    trace = XRay()
    trace.begin(environment(daemon))
    trace.end("handler", {})
    received(daemon)

    trace.begin(environment(daemon, sampled="0"))
    with trace.span("anything"):
        pass
    trace.end("handler", {})

    assert received(daemon) == {}


def test_a_request_to_aws_is_told_by_service_and_operation_alone(daemon: socket.socket) -> None:
    trace = XRay()
    with tables("accounts"):
        client = boto3.client("dynamodb")
        trace_requests(client, trace)
        trace.begin(environment(daemon))
        client.get_item(TableName="accounts", Key={"pk": {"S": "T#secret"}, "sk": {"S": "x"}})
        trace.end("handler", {})

    found = received(daemon)
    assert found["DynamoDB"]["aws"] == {"operation": "GetItem"}
    assert found["DynamoDB"]["namespace"] == "aws"
    assert found["DynamoDB"]["parent_id"] == found["handler"]["id"]
    assert "secret" not in str(found)


def test_a_service_that_does_not_answer_is_a_fault(daemon: socket.socket) -> None:
    trace = XRay()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
    session = boto3.Session("key", "secret", region_name="eu-central-1")
    client = session.client(
        "dynamodb", endpoint_url=endpoint, config=Config(retries={"total_max_attempts": 1}, connect_timeout=1)
    )
    trace_requests(client, trace)
    trace.begin(environment(daemon))

    with pytest.raises(EndpointConnectionError):
        client.get_item(TableName="accounts", Key={"pk": {"S": "x"}, "sk": {"S": "x"}})
    trace.end("handler", {})

    assert received(daemon)["DynamoDB"]["fault"] is True


def test_a_trace_goes_on_behind_a_queue(daemon: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    # https://docs.aws.amazon.com/xray/latest/devguide/xray-services-sqs.html: SQS carries what this header says.
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "postroom-api")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", environment(daemon)["_X_AMZN_TRACE_ID"])

    def caught(request: AWSPreparedRequest, **_: object) -> None:
        raise Caught(request)

    client = boto3.client("sqs", region_name="eu-central-1", aws_access_key_id="key", aws_secret_access_key="secret")
    client.meta.events.register("before-send", caught)
    with pytest.raises(Caught) as stopped:
        client.send_message(QueueUrl="https://sqs.eu-central-1.amazonaws.com/1/queue", MessageBody="{}")

    header = stopped.value.request.headers["X-Amzn-Trace-Id"]
    assert ROOT_ID in (header.decode() if isinstance(header, bytes) else header)


def test_a_session_that_is_refused_is_a_fault_and_raises_as_before(daemon: socket.socket) -> None:
    servers = FakeServers(refuse_session=lambda _server: Verdict(ReplyClass.AUTH, Phase.AUTH, "535 no"))
    trace = XRay()
    trace.begin(environment(daemon))

    with pytest.raises(SessionFailed):
        TraceSessions(servers.open, trace)(SERVER, Deadline.after(10))
    trace.end("handler", {})

    assert received(daemon)["SMTP log-in"]["fault"] is True


def test_an_invocation_is_found_by_whom_and_what_it_was_about(daemon: socket.socket) -> None:
    xray.cache_clear()
    meter.cache_clear()

    @observed(environment(daemon))
    def handler(_event: dict[str, Any], _context: LambdaContext) -> str:
        meter().concerns("ten_a", "msg_1")
        meter().concerns("ten_a", "msg_2")
        meter().count(SENT)
        return "done"

    assert handler({}, LambdaContext()) == "done"

    assert received(daemon)["handler"]["annotations"] == {"tenant_id": "ten_a"}


def test_a_daemon_that_is_gone_stops_nothing(daemon: socket.socket) -> None:
    trace = XRay()
    settings = environment(daemon)
    daemon.close()
    trace.begin(settings)

    for _ in range(3):
        with trace.span("anything"):
            pass
    trace.end("handler", {})
