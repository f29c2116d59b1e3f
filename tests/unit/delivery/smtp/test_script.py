"""What is said for a mail."""

import hypothesis.strategies as st
from hypothesis import given

from postroom.delivery.smtp.script import Manner, script_of
from tests.fakes.flow import a_mail

BOB = "bob@example.org"

_lines = st.lists(st.sampled_from([b"", b".", b"..", b".card {", b"a.b", b"Zm9v" * 19, b"x" * 70_000]), max_size=8)


def body_of(content: bytes) -> bytes:
    *segments, last = script_of(a_mail("ann@example.com", (BOB,), content), [BOB], Manner.ONE_BY_ONE, {})
    *steps, dot = [step for segment in (*segments[3:], last) for step in segment]
    assert dot.octets == b".\r\n"
    return b"".join(step.octets for step in steps)


@given(_lines)
def test_a_dot_more_stands_before_each_line_that_begins_with_one_and_nothing_else_changes(lines: list[bytes]) -> None:
    body = body_of(b"".join(line + b"\r\n" for line in lines))

    expected = [b"." + line if line.startswith(b".") else line for line in lines]
    assert body == b"".join(line + b"\r\n" for line in expected) or (not lines and body == b"\r\n")


def test_a_last_line_without_its_end_gets_one() -> None:
    assert body_of(b"Subject: x\r\n\r\n.a") == b"Subject: x\r\n\r\n..a\r\n"
