"""A server hangs or drips at one verb while the neighbour's server is well."""

import smtplib
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import product
from threading import Thread

from tests.experiments.tenancy import a_tenant, parcels_of
from tests.faults.bare_aws import BareAws
from tests.faults.checker import Findings, compare, rows_of
from tests.faults.smtp_server import Answer, Drip, Fault, Hang, SmtpServer

VERBS = ("GREETING", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "BODY", "DOT", "RSET")
TALKING = VERBS[:-1]
"""Those of a mail that nobody refuses."""

SECONDS = 13.0
"""A sender begins no message with less than eight left, and here many begin at once in one process."""

_EACH = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """``neighbours`` are the mails of the account beside it in the same batch."""

    verb: str
    fault: Fault
    seconds: float
    neighbours: int
    findings: Findings


def meet_slow_servers(aws: BareAws, verbs: tuple[str, ...] = VERBS, seconds: float = SECONDS) -> list[Outcome]:
    """All at once: each is a batch of its own tenant, and spends its time waiting."""
    cases = list(product(verbs, (Hang(), Drip())))
    with aws.here(aws.settings(aws.queue(60))), ThreadPoolExecutor(len(cases)) as pool:
        return list(pool.map(lambda case: _meet(aws, case[0], case[1], seconds), cases))


def _meet(aws: BareAws, verb: str, fault: Fault, seconds: float) -> Outcome:
    login = {"smtp_username": "sales", "smtp_password": "open"}
    with SmtpServer(users={"sales": "open"}) as slow, SmtpServer() as well:
        if verb == "RSET":
            # It comes only after a refusal.
            slow.on("RCPT", Answer("550 5.1.1 no such user"), containing="r0@")
        slow.on(verb, fault)
        tenant = a_tenant()
        stuck = tenant.add_account(slow.port, email="slow@example.com", **login)
        free = tenant.add_account(well.port, email="well@example.com")
        first = tenant.prove(free)
        parcels = tenant.accept(_EACH, account_id=stuck)
        beside = tenant.accept(_EACH, account_id=free)
        started = time.monotonic()
        tenant.send([*parcels, *beside], seconds)
        took = time.monotonic() - started
        handed_over = parcels_of([*slow.mails, *well.mails])
        neighbours = sum(parcel in handed_over for parcel in beside)
    findings = compare([*first, *parcels, *beside], handed_over, rows_of(aws.client("dynamodb"), "messages", tenant.id))
    return Outcome(verb, fault, took, neighbours, findings)


def meet_drips_with_smtplib(verbs: tuple[str, ...], timeout: float, seconds: float) -> list[str]:
    """The control: smtplib with a timeout. At which verbs it is still there after so many seconds."""
    with ExitStack() as stack:
        servers = {verb: stack.enter_context(SmtpServer(users={"sales": "open"})) for verb in verbs}
        senders = {verb: Thread(target=_send_with_smtplib, args=(servers[verb], timeout)) for verb in verbs}
        for verb, server in servers.items():
            server.on(verb, Drip())
            senders[verb].start()
        time.sleep(seconds)
        return [verb for verb, sender in senders.items() if sender.is_alive()]


def _send_with_smtplib(server: SmtpServer, timeout: float) -> None:
    with suppress(OSError), smtplib.SMTP(server.host, server.port, timeout=timeout) as client:
        client.login("sales", "open")
        client.sendmail("a@example.com", ["b@example.com"], "Hello\r\n")
