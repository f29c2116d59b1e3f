from dataclasses import replace
from typing import Any

import pytest

from postroom.accounts.differences import connects_otherwise, is_another_mailbox, pipelines_otherwise
from postroom.accounts.model import Pipelining
from tests.builders import an_account


@pytest.mark.parametrize(
    ("change", "connection", "mailbox", "pipelining"),
    [
        ({"smtp_host": "another.example.com"}, True, True, True),
        ({"smtp_port": 2525}, True, False, True),
        ({"smtp_use_tls": False}, True, False, False),
        ({"smtp_use_ssl": True}, True, False, False),
        ({"smtp_username": "another"}, True, True, False),
        ({"email": "another@example.com"}, True, True, False),
        ({"smtp_pipelining": Pipelining.OFF}, False, False, True),
        ({"sender_name": "Another", "daily_limit": 7, "min_wait_time": 9.0, "max_connections": 2}, False, False, False),
    ],
)
def test_each_field_makes_only_what_it_is_part_of_another_one(
    change: dict[str, Any], *, connection: bool, mailbox: bool, pipelining: bool
) -> None:
    before = an_account().config
    after = replace(before, **change)

    assert connects_otherwise(before, after) is connection
    assert is_another_mailbox(before, after) is mailbox
    assert pipelines_otherwise(before, after) is pipelining
