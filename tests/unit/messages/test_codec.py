from hypothesis import given
from hypothesis import strategies as st

from postroom.messages.codec import decode, encode
from postroom.messages.model import Attachment, Content, Mailbox
from postroom.messages.ports import Ticket
from postroom.messages.queue import read_payload, write_payload

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
MAILBOXES = st.lists(st.builds(Mailbox, TEXT, TEXT), max_size=3).map(tuple)
CONTENT = st.builds(
    Content,
    subject=TEXT,
    text=st.none() | TEXT,
    html=st.none() | TEXT,
    to=MAILBOXES,
    cc=MAILBOXES,
    reply_to=MAILBOXES,
    headers=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
    attachments=st.lists(st.builds(Attachment, TEXT, TEXT, st.binary(max_size=100)), max_size=3).map(tuple),
)


@given(CONTENT)
def test_content_comes_back_as_it_went_in(content: Content) -> None:
    assert decode(encode(content)) == content


def test_compressible_content_takes_less_room() -> None:
    content = Content("Hello", "word " * 2000, None, ())

    assert len(encode(content)) < 1000


def test_payloads_of_the_version_before_can_still_be_read() -> None:
    stored = '{"tenant_id":"ten_01hq3k","message_id":"msg_01hq3k"}'

    assert read_payload(stored) == Ticket("ten_01hq3k", "msg_01hq3k")
    assert read_payload('{"tenant_id":"t","message_id":"m","added":"later"}') == Ticket("t", "m")
    assert read_payload(write_payload(Ticket("t", "m"))) == Ticket("t", "m")
