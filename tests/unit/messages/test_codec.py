import json
import zlib
from random import Random
from string import ascii_letters

from hypothesis import given
from hypothesis import strategies as st

from postroom.messages.codec import decode, encode, encode_bundle, open_bundle, raw_size
from postroom.messages.model import Attachment, Content, Mailbox
from postroom.messages.ports import Ticket
from postroom.messages.queue import read_payload, write_payload
from postroom.templates.model import Filling

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


def a_filled_content(index: int, **data: object) -> Content:
    return Content(
        "", None, None, (Mailbox(f"u{index}@example.com"),), filling=Filling({"name": index, **data}, "sealed")
    )


def test_what_is_long_and_said_to_all_takes_the_room_of_one() -> None:
    # Random letters: nothing but being held once makes them small.
    message = "".join(Random(7).choices(ascii_letters, k=40_000))
    contents = {f"msg_{index}": a_filled_content(index, message=message, other="short") for index in range(25)}

    blob = encode_bundle(contents)

    assert len(blob) < 2 * len(encode(contents["msg_0"]))
    assert raw_size(contents) < 50_000
    bundle = open_bundle(blob)
    assert {message_id: bundle.content(message_id) for message_id in contents} == contents
    assert decode(encode(contents["msg_3"])) == contents["msg_3"]


def test_a_filling_without_long_values_is_stored_as_it_was_before_they_were_shared() -> None:
    blob = encode(a_filled_content(1, message="short"))

    assert json.loads(zlib.decompress(blob))["filling"] == [{"name": 1, "message": "short"}, "sealed"]


def test_compressible_content_takes_less_room() -> None:
    content = Content("Hello", "word " * 2000, None, ())

    assert len(encode(content)) < 1000


def test_payloads_of_the_version_before_can_still_be_read() -> None:
    stored = '{"tenant_id":"ten_01hq3k","message_id":"msg_01hq3k"}'

    assert read_payload(stored) == Ticket("ten_01hq3k", "msg_01hq3k")
    assert read_payload('{"tenant_id":"t","message_id":"m","added":"later"}') == Ticket("t", "m")
    assert read_payload(write_payload(Ticket("t", "m"))) == Ticket("t", "m")
