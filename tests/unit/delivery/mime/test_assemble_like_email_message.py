"""For any content, the bytes are read as those of the standard library's EmailMessage are."""

import re
import string
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from postroom.delivery.mime.assemble import Assembler
from postroom.messages.model import Attachment, Content, Mailbox
from tests.unit.delivery.mime.reference import (
    ADDRESS_FIELDS,
    Seen,
    made_by_the_standard_library,
    mailboxes_by_the_old_parser,
    mailboxes_of,
    parts_by_the_old_parser,
    parts_of,
    texts_by_the_old_parser,
    texts_of,
)

MOMENT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
MESSAGE_ID = "<msg_01@example.com>"
EXAMPLES = settings(max_examples=100)

_LINE_LIMIT, _LINE_WISH = 998, 78

letters = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])
awkward = st.sampled_from(
    ["=?", "?=", "=?utf-8?q?=0D=0A?=", '"', "\\", "\\\\", "<", ">", ",", ";", "@", "  ", "\t", "é", "🎉", "x" * 90]
)
lines = st.lists(st.text(letters, max_size=40) | awkward, max_size=8).map("".join)
newlines = st.sampled_from(["\n", "\r", "\r\n", "\n\r", "\r\r\n", "\n\n", ""])
stretches = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
    | st.sampled_from([".", "..", "--=_", "--", "From me", "=", " ", "\t", "\0", "ß" * 400, "x" * 999, "y" * 998])
    | st.integers(1, 1200).map("w".__mul__)
)
bodies = st.lists(st.tuples(stretches, newlines).map("".join), max_size=8).map("".join)
locals_ = st.text(string.ascii_letters + string.digits + "+_-.", min_size=1, max_size=60).map(
    lambda text: "x" + re.sub(r"\.+", ".", text) + "x"
)
mailboxes = st.builds(lambda local, name: Mailbox(f"{local}@example.net", name), locals_, lines)
many = st.lists(mailboxes, max_size=6).map(tuple)
filenames = (
    lines.map(str.strip).filter(bool)
    | st.sampled_from(
        ["a;b.txt", "100%.pdf", "<a>", "=?utf-8?q?x?=", 'a"b', "a\\b", "naïve.txt", "'", "*0*", "x" * 250]
    )
    | st.text("äöü", min_size=1, max_size=250)
)
types = st.sampled_from(["application/pdf", "text/plain", "text/csv", "image/svg+xml", "application/x.y-z+json"])
attachments = st.builds(Attachment, filenames, types, st.binary(max_size=400))
headers = st.lists(st.tuples(st.sampled_from(["X-Note", "X-Campaign-Name", "Comments"]), lines), max_size=3).map(tuple)
contents = st.builds(
    Content, lines, st.none() | bodies, bodies, many, many, many, headers, st.lists(attachments, max_size=3).map(tuple)
)
simple = st.lists(
    st.text(string.ascii_letters + string.digits + "ÄÖÜäöüß漢字", min_size=1, max_size=20), max_size=12
).map(" ".join)
simple_mailboxes = st.builds(lambda local, name: Mailbox(f"{local}@example.net", name), locals_, simple)

assembler = Assembler(kept_bytes=200_000)
"""One for all examples: what it remembers of one mail must never get into another."""


def ours(content: Content, sender: Mailbox) -> bytes:
    return assembler(content, sender, MESSAGE_ID, MOMENT)


def theirs(content: Content, sender: Mailbox) -> bytes:
    return made_by_the_standard_library(content, sender, MESSAGE_ID, MOMENT)


def without_headers(content: Content) -> Content:
    """Python 3.11 cannot write every header; what is in the parts, it can."""
    named = tuple(replace(file, filename=f"{number}.bin") for number, file in enumerate(content.attachments))
    return Content("Hello", content.text, content.html, (Mailbox("a@example.com"),), attachments=named)


def tidied(mailboxes: Sequence[Mailbox]) -> list[Mailbox]:
    return [replace(mailbox, name=" ".join(mailbox.name.split())) for mailbox in mailboxes]


@EXAMPLES
@given(contents)
def test_parts_have_the_structure_and_the_contents_that_email_message_gives_them(content: Content) -> None:
    content = without_headers(content)

    mine, reference = ours(content, Mailbox("a@example.com")), theirs(content, Mailbox("a@example.com"))

    assert parts_of(mine) == parts_of(reference)
    assert parts_by_the_old_parser(mine) == parts_by_the_old_parser(reference)


@EXAMPLES
@given(subject=simple, sender=simple_mailboxes, to=st.lists(simple_mailboxes, min_size=1, max_size=5), note=simple)
def test_headers_have_the_meaning_that_email_message_gives_them(
    subject: str, sender: Mailbox, to: list[Mailbox], note: str
) -> None:
    content = Content(subject, "Hi.", None, tuple(to), headers=(("X-Note", note),))

    mine, reference = ours(content, sender), theirs(content, sender)

    assert sorted(texts_of(mine)) == sorted(texts_of(reference))
    assert sorted(texts_by_the_old_parser(mine)) == sorted(texts_by_the_old_parser(reference))
    for name in ADDRESS_FIELDS:
        assert mailboxes_of(mine, name) == mailboxes_of(reference, name)
        assert mailboxes_by_the_old_parser(mine, name) == mailboxes_by_the_old_parser(reference, name)


@EXAMPLES
@given(contents, mailboxes)
def test_both_parsers_read_every_header_as_it_was_meant(content: Content, sender: Mailbox) -> None:
    octets = ours(content, sender)

    texts = dict(texts_by_the_old_parser(octets))
    named = {"From": (sender,), "To": content.to, "Cc": content.cc, "Reply-To": content.reply_to}
    if not content.to and not content.cc:
        del named["To"]
    assert texts["Subject"] == dict(texts_of(octets))["Subject"] == content.subject
    assert [pair for pair in texts_of(octets) if pair[0] in {"X-Note", "X-Campaign-Name", "Comments"}] == [
        *content.headers
    ]
    assert sorted(texts) == sorted({"Subject", "Date", "Message-ID", *(name for name, _ in content.headers)})
    for name, meant in named.items():
        assert mailboxes_of(octets, name) == [mailbox.address for mailbox in meant]
        assert mailboxes_by_the_old_parser(octets, name) == tidied(meant)


@EXAMPLES
@given(contents)
def test_every_attachment_keeps_its_name_its_type_and_its_bytes(content: Content) -> None:
    octets = ours(content, Mailbox("a@example.com"))

    meant = [
        Seen(file.content_type, None, "attachment", file.filename.strip(), file.data) for file in content.attachments
    ]
    for parts in (parts_of(octets), parts_by_the_old_parser(octets)):
        assert [part for part in parts if part.disposition] == meant


@EXAMPLES
@given(contents, mailboxes)
def test_the_bytes_are_safe_on_any_wire(content: Content, sender: Mailbox) -> None:
    octets = ours(content, sender)

    assert octets.isascii()
    assert b"\0" not in octets
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", octets)
    assert octets.endswith(b"\r\n")
    assert max(map(len, octets.split(b"\r\n"))) <= _LINE_LIMIT


@EXAMPLES
@given(contents, mailboxes)
def test_a_header_line_is_long_only_when_one_word_is(content: Content, sender: Mailbox) -> None:
    octets = ours(content, sender)

    header = octets.partition(b"\r\n\r\n")[0].decode()
    for line in header.split("\r\n"):
        name, _, value = line.partition(": ") if not line.startswith(" ") else ("", "", line[1:])
        assert len(line) <= _LINE_WISH or " " not in value
        assert len(line) <= _LINE_WISH or name != "Subject"


@EXAMPLES
@given(contents)
def test_a_boundary_occurs_only_where_a_part_begins_or_ends(content: Content) -> None:
    octets = ours(content, Mailbox("a@example.com"))

    for boundary in re.findall(rb'boundary="([^"]+)"', octets):
        parts = len(content.attachments) + 1 if boundary.endswith(b"mixed") else 2
        assert len(re.findall(rb"(?m)^--" + re.escape(boundary), octets)) == parts + 1


@EXAMPLES
@given(contents, mailboxes)
def test_what_is_remembered_changes_nothing(content: Content, sender: Mailbox) -> None:
    assert ours(content, sender) == ours(content, sender) == Assembler()(content, sender, MESSAGE_ID, MOMENT)
