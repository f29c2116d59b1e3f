"""One whole local stack: emulator, mail catcher, deployment, proxy. ``make local`` and the tests run the same."""

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from local.catcher.mailbox import Mailbox
from local.catcher.smtp import smtp_server
from local.catcher.web import inbox_server
from local.certificates import make_certificates
from local.deployment import Deployment
from local.emulator import Emulator
from local.place import Place
from local.proxy import api_proxy

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Stack:
    place: Place
    outputs: Mapping[str, str]
    mailbox: Mailbox


@contextmanager
def running_stack(place: Place, tell: Tell, started: Callable[[Emulator], None] = lambda _: None) -> Iterator[Stack]:
    """Starts from nothing: what a former run left in this place is gone."""
    shutil.rmtree(place.state, ignore_errors=True)
    place.state.mkdir(parents=True)
    certificates = make_certificates(place.state / "certificates")
    mailbox = Mailbox(place.state / "mails")
    deployment = Deployment(place, certificates.trusted)
    smtp = smtp_server(mailbox, place.smtp_port, certificates.server_context())
    smtp.start()
    try:
        with inbox_server(mailbox, place.inbox_port), Emulator(place) as emulator:
            started(emulator)
            with timed("built", tell):
                deployment.build()
            with timed("deployed", tell):
                outputs = deployment.deploy()
            with api_proxy(place, outputs["ApiId"]):
                yield Stack(place, outputs, mailbox)
    finally:
        smtp.stop()


@contextmanager
def timed(what: str, tell: Tell) -> Iterator[None]:
    start = time.monotonic()
    yield
    tell(f"  {what:<24}{time.monotonic() - start:5.1f} s")


def ready_document(place: Place, key: str, platform_key: str) -> str:
    ready = {
        "api": place.api_url,
        "key": key,
        "platform_key": platform_key,
        "inbox": place.inbox_url,
        "smtp_port": place.smtp_port,
    }
    return json.dumps(ready, indent=2) + "\n"
