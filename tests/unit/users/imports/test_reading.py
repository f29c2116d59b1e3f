"""What a file says, whatever is wrong with it."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from postroom.users.imports.bodies import checked
from postroom.users.imports.csv_rows import read_csv
from postroom.users.imports.model import LONGEST_LINE, MOST_USERS, Line, Record, Refusal
from postroom.users.imports.ndjson import read_ndjson
from postroom.users.imports.ports import Read
from postroom.users.imports.reading import read_whole
from postroom.users.wishes import Wishes

Told = dict[int, dict[str, object]]


def told(read: Read, content: bytes, block: int = 7) -> tuple[Told, dict[int, dict[str, str]]]:
    """The records and the errors, by line. A block is small, so that everything is cut somewhere."""
    blocks = [content[start : start + block] for start in range(0, len(content), block)]
    good: Told = {}
    bad: dict[int, dict[str, str]] = {}
    for one in read_whole(read(blocks)):
        if isinstance(one, Record):
            good[one.line] = dict(one.given)
        else:
            bad[one.line] = {error.field: error.message for error in one.errors}
    return good, bad


def csv_of(text: str | bytes) -> tuple[Told, dict[int, dict[str, str]]]:
    return told(read_csv, text if isinstance(text, bytes) else text.encode())


def ndjson_of(text: str | bytes) -> tuple[Told, dict[int, dict[str, str]]]:
    return told(read_ndjson, text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "\n", "\r\n\r\n"])
def test_columns_are_named_by_the_first_line_and_cells_are_trimmed(mark: str, end: str, last: str) -> None:
    text = end.join(["id, email ,attributes.plan,attributes.city", "ann,ann@x.example, pro ,", "", "bob,,,Köln"])

    good, bad = csv_of(mark + text + last)

    assert good == {
        2: {"id": "ann", "email": "ann@x.example", "attributes": {"plan": "pro"}},
        4: {"id": "bob", "attributes": {"city": "Köln"}},
    }
    assert bad == {}


def test_a_quoted_cell_may_have_commas_quotes_and_lines() -> None:
    good, bad = csv_of('id,name\r\nann,"Smith, ""Ann""\r\nthe second"\r\nbob,Bob\r\n')

    assert good == {2: {"id": "ann", "name": 'Smith, "Ann"\nthe second'}, 4: {"id": "bob", "name": "Bob"}}
    assert bad == {}


def test_a_quote_that_is_never_closed_swallows_nobody() -> None:
    good, bad = csv_of('id,name\nann,"Ann\nbob,Bob\neve,Eve\n')

    assert list(good) == [3, 4]
    assert bad == {2: {"line": "has a quote that is not closed"}}


def test_a_quote_that_the_next_broken_line_closes_swallows_nobody() -> None:
    good, bad = csv_of('id,name\nann,"Ann\nbob,Bob\neve,"Eve\nzoe,Zoe\n')

    assert list(good) == [3, 5]
    assert list(bad) == [2, 4]


def test_a_quote_that_swallows_whole_rows_gives_them_back() -> None:
    good, bad = csv_of('id,name\nann,"Ann\nbob,Bob\neve",Eve\nzoe,Zoe\n')

    assert good[3] == {"id": "bob", "name": "Bob"}
    assert list(good) == [3, 4, 5]
    assert bad == {2: {"line": "has a quote that is not closed"}}


def test_a_quote_within_a_cell_is_a_letter() -> None:
    assert csv_of('id,name\nann,5" disk\nbob,Bob\n')[0] == {
        2: {"id": "ann", "name": '5" disk'},
        3: {"id": "bob", "name": "Bob"},
    }


def test_what_stands_behind_a_quoted_cell_is_told() -> None:
    good, bad = csv_of('id,name\nann,"Ann" Smith\nbob,Bob\n')

    assert list(good) == [3]
    assert "is not CSV" in bad[2]["line"]


@pytest.mark.parametrize(
    ("header", "wrong"),
    [
        ("ann,ann@x.example", {"line": "must name the columns, id among them, with commas between"}),
        ("id;email", {"line": "must name the columns, id among them, with commas between"}),
        ("id,mail,x", {"mail": "is not a known column", "x": "is not a known column"}),
        ("id,attributes.", {"attributes.": "is not a known column"}),
        ("id,attributes.a-b", {"attributes.a-b": "is not a known column"}),
        ("id,", {"": "is not a known column"}),
        ("id,email,email", {"email": "is the name of two columns"}),
        ('id,"email', {"line": "has a quote that is not closed"}),
        ("id,\xff", {"\xff": "is not a known column"}),
    ],
)
def test_without_known_columns_nothing_is_read(header: str, wrong: dict[str, str]) -> None:
    good, bad = csv_of(f"{header}\nann,ann@x.example\n")

    assert (good, bad) == ({}, {1: wrong})


def test_a_file_in_utf_16_is_told_at_its_first_line() -> None:
    assert csv_of("id,email\nann,a@x.example\n".encode("utf-16")) == ({}, {1: {"line": "is not UTF-8 (byte 1)"}})


@pytest.mark.parametrize(("row", "fields"), [("ann", 1), ("ann,a@x.example,more", 3)])
def test_a_row_of_another_length_is_told(row: str, fields: int) -> None:
    good, bad = csv_of(f"id,email\n{row}\nbob,b@x.example\n")

    assert list(good) == [3]
    assert bad == {2: {"line": f"has {fields} fields where the first line names 2 columns"}}


@pytest.mark.parametrize("content", [b"", b"\n\r\n  \n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("read", [read_csv, read_ndjson])
def test_an_empty_file_is_told(read: Read, content: bytes) -> None:
    assert told(read, content) == ({}, {1: {"file": "The file has no users"}})


def test_a_file_with_a_header_alone_has_no_users() -> None:
    assert csv_of("id,email\n") == ({}, {1: {"file": "The file has no users"}})


def test_objects_are_read_line_by_line() -> None:
    good, bad = ndjson_of('\ufeff{"id": "ann", "attributes": {"n": 1}}\r\n\n {"id": "bob"} ')

    assert good == {1: {"id": "ann", "attributes": {"n": 1}}, 3: {"id": "bob"}}
    assert bad == {}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{broken", "is not JSON: Expecting property name enclosed in double quotes at column 2"),
        ('["id", "ann"]', "is not a JSON object"),
        ("null", "is not a JSON object"),
        ('{"id": NaN}', "is not JSON: NaN is no JSON number"),
        ('{"id": "a", "id": "b"}', "has an object that gives the same name twice"),
        ("[" * 50_000, "is JSON with a number too long or nested too deep to read"),
        ("1" * 5000, "is JSON with a number too long or nested too deep to read"),
        ('{"id": "ann"} {"id": "bob"}', "is not JSON: Extra data at column 15"),
        (r'{"id": "ann", "\ud83dnick": "Ann"}', "has half of a surrogate pair, which is no character"),
        (r'{"id": "ann", "name": "Ann \ude00"}', "has half of a surrogate pair, which is no character"),
    ],
    ids=lambda text: text[:20],
)
def test_a_line_that_is_no_object_is_told_and_its_neighbours_are_read(line: str, message: str) -> None:
    good, bad = ndjson_of(f'{{"id": "one"}}\n{line}\n{{"id": "two"}}\n')

    assert list(good) == [1, 3]
    assert bad == {2: {"line": message}}


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert ndjson_of(r'{"id": "ann", "name": "\ud83d\ude00"}') == ({1: {"id": "ann", "name": "😀"}}, {})


@pytest.mark.parametrize("name", ["\ud83dnick", "\x00", ""])
def test_a_field_with_any_name_is_told(name: str) -> None:
    refused = checked(Record(1, {"id": "ann", name: "Ann"}))

    assert isinstance(refused, Refusal)
    assert refused.line == 1


@pytest.mark.parametrize(("read", "before"), [(read_csv, b"id\n"), (read_ndjson, b'{"id": "first"}\n')])
def test_a_line_that_cannot_be_read_is_told_and_its_neighbours_are_read(read: Read, before: bytes) -> None:
    good_line = b"zoe\n" if read is read_csv else b'{"id": "zoe"}\n'
    content = before + b"\xff\xfe\n" + b"x" * (LONGEST_LINE + 1) + b"\n" + good_line

    good, bad = told(read, content, block=50_000)

    assert 4 in good
    assert bad == {2: {"line": "is not UTF-8 (byte 1)"}, 3: {"line": f"is longer than {LONGEST_LINE} bytes"}}


def test_a_line_of_the_greatest_length_is_read() -> None:
    content = b'{"id": "' + b"x" * (LONGEST_LINE - 10) + b'"}'

    assert len(content) == LONGEST_LINE
    assert list(told(read_ndjson, content + b"\r\n", block=999)[0]) == [1]


def test_a_quoted_cell_of_endless_lines_is_told_and_given_back() -> None:
    content = b'id,name\nann,"' + b"Ann\n" * 30_000 + b"bob,Bob\n"

    good, bad = told(read_csv, content, block=100_000)

    assert 30_002 in good
    assert bad[2] == {"line": "has a quote that is not closed"}


def test_a_file_whose_quotes_swallow_each_other_is_not_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("postroom.users.imports.csv_rows._MOST_READ_AGAIN", 10_000_000)
    content = b"id,name\n" + b'ann","Ann\n' * 200_000

    records = list(read_csv([content]))

    *told, last = [record for record in records if isinstance(record, Refusal)]
    assert len(records) < 200
    assert (last.line, last.fatal) == (len(records) + 1, True)
    assert not any(refusal.fatal for refusal in told)
    assert "the rest was not read" in last.errors[0].message


def test_a_line_without_an_end_takes_no_memory() -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(2000):
            yield b"x" * 100_000  # 200 MB
        yield b'\n{"id": "ann"}\n'

    records = list(read_whole(read_ndjson(endless())))

    assert [record.line for record in records] == [1, 2]


def test_of_two_with_the_same_id_or_address_the_first_goes_on() -> None:
    good, bad = csv_of(
        "id,email\nann,a@x.example\nann,b@x.example\nbob,A@X.example\nBOB,c@x.example\neve,c@x.example\n"
    )

    assert list(good) == [2, 5]
    assert bad == {
        3: {"id": "is that of line 2 too"},
        4: {"email": "is that of line 2 too"},
        6: {"email": "is that of line 5 too"},
    }


def test_no_more_users_are_read_than_can_be_remembered() -> None:
    def many() -> Iterator[bytes]:
        for number in count():
            yield b'{"id": "u%d"}\n' % number

    *good, last = read_whole(read_ndjson(many()))

    assert len(good) == MOST_USERS
    assert isinstance(last, Refusal)
    assert last.fatal
    assert f"more than {MOST_USERS} users" in last.errors[0].message


@pytest.mark.parametrize("read", [read_csv, read_ndjson])
@pytest.mark.parametrize("noise", [b'"', b"\r", b"\x00", b",", b"\xc3", b'"\n', b"{", b"\n\n"])
def test_no_noise_ends_the_reading(read: Callable[..., Iterator[Record | Refusal]], noise: bytes) -> None:
    good_line = b"zoe,zoe\n" if read is read_csv else b'{"id": "zoe"}\n'
    content = b"id,name\n" + noise * 50 + b"\n" + good_line * 3

    good, bad = told(read, content)

    assert good or bad


def test_a_record_becomes_what_is_wanted() -> None:
    given = {
        "id": "ann",
        "email": "Ann@EXAMPLE.com",
        "locale": "DE-at",
        "role": "admin",
        "revision": "x",
        "created_at": 1,
    }

    line = checked(Record(3, given))

    assert isinstance(line, Line)
    assert (line.line, line.user_id) == (3, "ann")
    assert line.wishes == Wishes(email="Ann@example.com", locale="de-AT", role="admin")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "user_id", "wrong"),
    [
        ({}, None, {"id"}),
        ({"id": 7}, None, {"id"}),
        ({"id": "a b", "email": "x"}, "a b", {"id", "email"}),
        ({"id": "ann", "nme": 1, "timezone": "Mars"}, "ann", {"nme", "timezone"}),
        ({"id": "\ud800"}, "?", {"id"}),
        ({"id": "imports"}, "imports", {"id"}),
        ({"id": "ann", "attributes": {"a b": 1, "c": "\ud800"}}, "ann", {"attributes.a b.[key]", "attributes.c"}),
    ],
)
def test_what_is_wrong_with_a_record_is_told_by_field(
    given: dict[str, object], user_id: str | None, wrong: set[str]
) -> None:
    refusal = checked(Record(3, given))

    assert isinstance(refusal, Refusal)
    assert (refusal.line, refusal.user_id) == (3, user_id)
    assert {error.field for error in refusal.errors} == wrong
