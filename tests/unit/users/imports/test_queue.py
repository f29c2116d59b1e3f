import pytest

from postroom.users.imports.model import Ticket
from postroom.users.imports.queue import read_payload, write_payload

IMPORT = "imp_01jd3vm6z0000000000000000a"


def test_a_ticket_comes_back_as_it_was() -> None:
    assert read_payload(write_payload(Ticket("ten_a", IMPORT, 3))) == Ticket("ten_a", IMPORT, 3)


def test_a_ticket_of_the_last_version_and_of_the_next_is_understood() -> None:
    last = f'{{"tenant_id":"ten_a","import_id":"{IMPORT}"}}'
    following = f'{{"tenant_id":"ten_a","import_id":"{IMPORT}","faults":1,"added":"later"}}'

    assert read_payload(last) == Ticket("ten_a", IMPORT)
    assert read_payload(following) == Ticket("ten_a", IMPORT, 1)


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
        read_payload(body)
