import pytest

from bench.cost.sizes import Item, item_size


@pytest.mark.parametrize(
    ("item", "size"),
    [
        ({"id": {"S": "abc"}}, 5),
        ({"id": {"S": "é"}}, 4),
        ({"n": {"N": "0"}}, 2),
        ({"n": {"N": "1234"}}, 1 + 1 + 2),
        ({"n": {"N": "12345"}}, 1 + 1 + 3),
        ({"n": {"N": "-12"}}, 1 + 1 + 1 + 1),
        ({"n": {"N": "1000"}}, 1 + 1 + 1),
        ({"b": {"B": b"12345"}}, 6),
        ({"b": {"B": "MTIzNDU="}}, 6),
        ({"x": {"BOOL": True}, "y": {"NULL": True}}, 4),
        ({"s": {"SS": ["ab", "cde"]}}, 6),
        ({"m": {"M": {}}, "l": {"L": []}}, 8),
        ({"m": {"M": {"key": {"S": "value"}}}}, 1 + 3 + 1 + 3 + 5),
        ({"l": {"L": [{"S": "ab"}, {"S": "c"}]}}, 1 + 3 + 1 + 2 + 1 + 1),
    ],
)
def test_an_item_is_its_names_and_its_values(item: Item, size: int) -> None:
    assert item_size(item) == size


def test_a_type_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="Z"):
        item_size({"a": {"Z": "1"}})
