from hypothesis import given
from hypothesis import strategies as st

from postroom.messages.codec import decode, encode, encode_bundle, open_bundle
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


@given(st.dictionaries(st.from_regex(r"\Amsg_[0-9a-z]{1,26}\Z"), CONTENT, max_size=5))
def test_each_content_comes_back_out_of_a_bundle(contents: dict[str, Content]) -> None:
    bundle = open_bundle(encode_bundle(contents))

    assert {message_id: bundle.content(message_id) for message_id in contents} == contents
    assert bundle.content("msg_none!") is None


def test_compressible_content_takes_less_room() -> None:
    content = Content("Hello", "word " * 2000, None, ())

    assert len(encode(content)) < 1000


def test_payloads_of_the_version_before_can_still_be_read() -> None:
    stored = '{"tenant_id":"ten_01hq3k","message_id":"msg_01hq3k"}'

    assert read_payload(stored) == Ticket("ten_01hq3k", "msg_01hq3k")
    assert read_payload('{"tenant_id":"t","message_id":"m","added":"later"}') == Ticket("t", "m")
    assert read_payload(write_payload(Ticket("t", "m"))) == Ticket("t", "m")
