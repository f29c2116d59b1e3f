"""A server hangs or drips at one verb while the neighbour's server is well."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product

from tests.experiments.tenancy import a_tenant, parcels_of
from tests.faults.bare_aws import BareAws
from tests.faults.checker import Findings, compare, rows_of
from tests.faults.smtp_server import Answer, Drip, Fault, Hang, SmtpServer

VERBS = ("GREETING", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "BODY", "DOT", "RSET")
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
