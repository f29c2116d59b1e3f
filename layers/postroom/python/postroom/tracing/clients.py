"""Times the requests of a client of boto3, by its own events."""

from typing import Any

from postroom.tracing.xray import XRay

_OURS = "postroom_trace"


def trace_requests(client: Any, xray: XRay) -> None:  # noqa: ANN401 - a client of any service
    """What was asked for is told by its operation and table, and never by its keys or values."""
    service = client.meta.service_model.service_id

    def before(context: dict[str, Any], **_: object) -> None:
        context[_OURS] = xray.open()

    def after(model: Any, context: dict[str, Any], http_response: Any, **_: object) -> None:  # noqa: ANN401
        opened = context.pop(_OURS, None)
        if opened is not None:
            # A condition that did not hold is an answer like others.
            fault = http_response.status_code >= 500  # noqa: PLR2004 - HTTP's own line
            xray.close(opened, service, namespace="aws", fault=fault, aws={"operation": model.name})

    def failed(context: dict[str, Any], **_: object) -> None:
        opened = context.pop(_OURS, None)
        if opened is not None:
            xray.close(opened, service, namespace="aws", fault=True)

    client.meta.events.register("before-call", before, unique_id=f"{_OURS}-before")
    client.meta.events.register("after-call", after, unique_id=f"{_OURS}-after")
    client.meta.events.register("after-call-error", failed, unique_id=f"{_OURS}-failed")
