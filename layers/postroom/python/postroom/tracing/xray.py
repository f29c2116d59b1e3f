"""Subsegments for X-Ray, handed to the daemon that Lambda runs beside a function.

https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html

A writer of our own: aws-xray-sdk patches the clients by a library that wraps every one of their calls, sampled or not,
and is one more import of every cold start. Of an invocation that nobody samples, this here does nothing.
"""

import json
import secrets
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass

_PREAMBLE = b'{"format":"json","version":1}\n'
_HEADER = "_X_AMZN_TRACE_ID"
_DAEMON = "AWS_XRAY_DAEMON_ADDRESS"

_parent: ContextVar[str | None] = ContextVar("parent", default=None)


@dataclass(frozen=True, slots=True)
class Sampled:
    """An invocation that is traced: where its subsegments belong, and where they are sent."""

    trace_id: str
    parent_id: str
    daemon: tuple[str, int]

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Sampled | None":
        """None when nobody wants to know, as on a machine without a daemon."""
        header = dict(part.partition("=")[::2] for part in environ.get(_HEADER, "").split(";"))
        host, _, port = environ.get(_DAEMON, "").rpartition(":")
        if header.get("Sampled") != "1" or not (
            host and port.isdigit() and header.get("Root") and header.get("Parent")
        ):
            return None
        return cls(header["Root"], header["Parent"], (host, int(port)))


@dataclass(frozen=True, slots=True)
class Open:
    """A subsegment that has begun."""

    id: str
    parent_id: str
    began: float


class XRay:
    """A ``Trace``. Threads may share one; what a thread of a pool does belongs to the invocation."""

    def __init__(self) -> None:
        self._sampled: Sampled | None = None
        self._root: Open | None = None
        self._socket: socket.socket | None = None

    def begin(self, environ: Mapping[str, str]) -> None:
        """A new invocation."""
        self._sampled = Sampled.of(environ)
        if self._sampled:
            self._root = self._opened(self._sampled.parent_id)
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.settimeout(0)

    def end(self, name: str, annotations: Mapping[str, str]) -> None:
        """``annotations`` are what traces can be searched by."""
        if self._root is not None:
            self.close(self._root, name, annotations=annotations)
        if self._socket is not None:
            self._socket.close()
        self._sampled = self._root = self._socket = None

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        opened = self.open()
        if opened is None:
            yield
            return
        token = _parent.set(opened.id)
        fault = True
        try:
            yield
            fault = False
        finally:
            _parent.reset(token)
            self.close(opened, name, namespace="remote", fault=fault)

    def open(self) -> Open | None:
        return self._opened(_parent.get() or self._root.id) if self._root else None

    def close(  # noqa: PLR0913 - what a subsegment tells
        self,
        opened: Open,
        name: str,
        *,
        namespace: str = "",
        fault: bool = False,
        annotations: Mapping[str, str] | None = None,
        aws: Mapping[str, str] | None = None,
    ) -> None:
        if self._sampled is None:
            return
        document = {
            "name": name,
            "id": opened.id,
            "trace_id": self._sampled.trace_id,
            "parent_id": opened.parent_id,
            "type": "subsegment",
            "start_time": opened.began,
            "end_time": time.time(),
        }
        optional = {"namespace": namespace, "fault": fault, "annotations": annotations, "aws": aws}
        document |= {key: value for key, value in optional.items() if value}
        self._send(json.dumps(document, separators=(",", ":")).encode(), self._sampled.daemon)

    @staticmethod
    def _opened(parent_id: str) -> Open:
        return Open(secrets.token_hex(8), parent_id, time.time())

    def _send(self, document: bytes, daemon: tuple[str, int]) -> None:
        # A trace with a gap is better than a mail that waits for it.
        with suppress(OSError):
            if self._socket is not None:
                self._socket.sendto(_PREAMBLE + document, daemon)
