from typing import Any

import pytest

from postroom.leases.model import Ticket
from postroom.leases.queue import IMPORTS, JOBS, SqsTickets

IMPORT = "imp_01jd3vm6z0000000000000000a"


def test_a_ticket_comes_back_as_it_was() -> None:
    assert IMPORTS.read(IMPORTS.write(Ticket("ten_a", IMPORT, 3))) == Ticket("ten_a", IMPORT, 3)


class _Queue:
    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send_message(self, **request: object) -> None:
        self.sent.append(request)


def test_a_ticket_goes_out_in_the_name_of_its_tenant_so_that_one_tenants_flood_holds_up_nobody_else() -> None:
    queue = _Queue()
    job = IMPORT.replace("imp", "job")

    SqsTickets(queue, "url", JOBS).put(Ticket("ten_a", job, 1), 20)  # type: ignore[arg-type]

    [sent] = queue.sent
    assert (sent["MessageGroupId"], sent["DelaySeconds"]) == ("ten_a", 20)
    assert JOBS.read(sent["MessageBody"]) == Ticket("ten_a", job, 1)
    with pytest.raises(ValueError, match="not a payload"):
        IMPORTS.read(sent["MessageBody"])


def test_a_ticket_of_the_last_version_and_of_the_next_is_understood() -> None:
    last = f'{{"tenant_id":"ten_a","import_id":"{IMPORT}"}}'
    following = f'{{"tenant_id":"ten_a","import_id":"{IMPORT}","faults":1,"added":"later"}}'

    assert IMPORTS.read(last) == Ticket("ten_a", IMPORT)
    assert IMPORTS.read(following) == Ticket("ten_a", IMPORT, 1)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "7",
        "{}",
        f'{{"tenant_id":1,"import_id":"{IMPORT}"}}',
        '{"tenant_id":"ten_a","import_id":"msg_1"}',
        f'{{"tenant_id":"ten_a","import_id":"{IMPORT}","faults":"1"}}',
        f'{{"tenant_id":"ten_a","import_id":"{IMPORT}","faults":null}}',
    ],
)
def test_what_is_no_ticket_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match="not a payload"):
        IMPORTS.read(body)
