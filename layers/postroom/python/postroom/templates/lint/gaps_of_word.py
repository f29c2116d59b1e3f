"""What Word's engine knows on some elements only, read of caniemail.com's data of 2026-05-13.

Judged in style attributes alone, where the element is known: in a mail as it is sent CSS has been inlined.
"""

from collections.abc import Callable, Mapping

from postroom.templates.lint.css import Declaration
from postroom.templates.lint.model import WORD, WORD_2016, Gap

_WORD = (WORD,)
_CELL = "Put the text into a table cell and give that the padding"

Test = Callable[[str, Mapping[str, str], Declaration], bool]


def _is_large(value: Declaration) -> bool:
    return any(size for size, _ in value.sizes)


def _is_full(value: Declaration) -> bool:
    return "auto" in value.words or (100, "%") in value.sizes or not value.sizes


def _padding(tag: str, attributes: Mapping[str, str], value: Declaration) -> bool:
    return tag not in {"td", "th"} and _is_large(value) and "mso-padding-alt" not in attributes.get("style", "")


def _auto_margin(tag: str, attributes: Mapping[str, str], value: Declaration) -> bool:
    # The attribute is what centres it there.
    return "auto" in value.words and not (tag == "table" and attributes.get("align", "").lower() == "center")


def _margin(tag: str, _attributes: Mapping[str, str], value: Declaration) -> bool:
    return tag in {"span", "body"} and _is_large(value)


def _max_width(tag: str, attributes: Mapping[str, str], value: Declaration) -> bool:
    return tag != "table" and "width" not in attributes and "none" not in value.words


def _max_width_of_table(tag: str, attributes: Mapping[str, str], value: Declaration) -> bool:
    return tag == "table" and "width" not in attributes and "none" not in value.words


def _width(tag: str, attributes: Mapping[str, str], value: Declaration) -> bool:
    return tag in {"body", "span", "div", "p", "img"} and "width" not in attributes and not _is_full(value)


def _height(tag: str, attributes: Mapping[str, str], value: Declaration) -> bool:
    return tag in {"body", "span", "div", "p"} and "height" not in attributes and not _is_full(value)


def _border(tag: str, _attributes: Mapping[str, str], value: Declaration) -> bool:
    return tag in {"p", "div"} and _is_large(value)


def _thick_border(_tag: str, _attributes: Mapping[str, str], value: Declaration) -> bool:
    thickest = 8
    return any(unit == "px" and size > thickest for size, unit in value.sizes)


def _hidden_image(tag: str, _attributes: Mapping[str, str], value: Declaration) -> bool:
    return tag == "img" and "none" in value.words


def _relative_side(_tag: str, attributes: Mapping[str, str], value: Declaration) -> bool:
    return not {"start", "end"}.isdisjoint(value.words) and "align" not in attributes


def _weight(_tag: str, _attributes: Mapping[str, str], value: Declaration) -> bool:
    return any(size not in {400, 700} for size, _ in value.sizes)


ON_ELEMENTS: tuple[tuple[str, Gap, Test], ...] = (
    ("padding", Gap("css-padding", "", _WORD, _CELL), _padding),
    ("margin", Gap("css-margin", "", _WORD, "Give the table align=center, or the cell a padding"), _auto_margin),
    ("margin", Gap("css-margin", "", _WORD, "Use the padding of a table cell"), _margin),
    (
        "max-width",
        Gap("css-max-width", "", _WORD, "Set a width attribute, or a table inside <!--[if mso]>"),
        _max_width,
    ),
    ("max-width", Gap("css-max-width", "", (WORD_2016,), "Set the width attribute as well"), _max_width_of_table),
    ("width", Gap("css-width", "", _WORD, "Set the width attribute, of a table cell or the image"), _width),
    ("height", Gap("css-height", "", _WORD, "Set the height of a table cell"), _height),
    ("border", Gap("css-border", "", _WORD, "Give the border to a table cell"), _border),
    ("border", Gap("css-border", "", _WORD, "Draw at most 8 px, or a table cell of its own"), _thick_border),
    ("display", Gap("css-display-none", "", _WORD, "Hide the element around it"), _hidden_image),
    ("text-align", Gap("css-text-align", "", _WORD, "Say left or right in the align attribute"), _relative_side),
    ("font-weight", Gap("css-font-weight", "", _WORD, "Only 400 and 700 are told apart"), _weight),
)
"""A property (with its sides: ``padding`` is also ``padding-left``), what it lacks, and when."""
