from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from postroom.leases.model import Ticket
from postroom.leases.queue import DIGESTS, EVENTS, IMPORTS, JOBS, SqsTickets, read_one_of

IMPORT = "imp_01jd3vm6z0000000000000000a"


def test_a_ticket_comes_back_as_it_was() -> None:
    assert IMPORTS.read(IMPORTS.write(Ticket("ten_a", IMPORT, 3))) == Ticket("ten_a", IMPORT, 3)


class _Queue:
    def __init__(self, *, takes: int = 10, unwell: bool = False) -> None:
        self.sent: list[dict[str, Any]] = []
        self.takes = takes
        self.unwell = unwell

    def send_message_batch(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - as boto3 has it
        entries = request["Entries"]
        if self.unwell:
            self.unwell = False
            raise EndpointConnectionError(endpoint_url="x")
        self.sent += entries[: self.takes]
        return {"Successful": entries[: self.takes]} if self.takes else {"Failed": entries}

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


def test_many_tickets_go_out_ten_in_a_call_each_in_the_name_of_its_tenant() -> None:
    queue = _Queue()
    tickets = [Ticket(f"ten_{n % 3}", IMPORT.replace("imp", "evt").replace("0000a", f"{n:05}")) for n in range(23)]

    assert SqsTickets(queue, "url", EVENTS).put_all(tickets) == 23  # type: ignore[arg-type]

    assert sorted(queue.sent, key=lambda one: str(one["MessageBody"])) == sorted(
        (
            {"Id": str(n % 10), "MessageBody": EVENTS.write(one), "MessageGroupId": one.tenant_id}
            for n, one in enumerate(tickets)
        ),
        key=lambda one: str(one["MessageBody"]),
    )


@pytest.mark.parametrize(("takes", "taken"), [(4, 11), (0, 0)])
def test_what_a_queue_does_not_take_is_counted_and_stops_nothing(takes: int, taken: int) -> None:
    tickets = [Ticket("ten_a", IMPORT.replace("imp", "evt"))] * 23

    assert SqsTickets(_Queue(takes=takes), "url", EVENTS).put_all(tickets) == taken  # type: ignore[arg-type]


def test_a_call_that_gets_no_answer_stops_none_of_the_others() -> None:
    queue = _Queue(unwell=True)

    taken = SqsTickets(queue, "url", EVENTS).put_all([Ticket("ten_a", IMPORT.replace("imp", "evt"))] * 30)  # type: ignore[arg-type]

    assert taken == len(queue.sent) == 20


def test_a_queue_of_several_kinds_of_work_tells_which_it_is() -> None:
    ticket = Ticket("ten_a", IMPORT.replace("imp", "evt"), 2)

    assert read_one_of((JOBS, EVENTS, DIGESTS), EVENTS.write(ticket)) == (EVENTS, ticket)
    with pytest.raises(ValueError, match="not a payload"):
        read_one_of((JOBS, DIGESTS), EVENTS.write(ticket))


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
