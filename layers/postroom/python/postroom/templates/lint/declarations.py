"""Judges one declaration of CSS by itself: its property and its value, on whatever element it is."""

from collections.abc import Iterator

from postroom.templates.lint import gaps_of_values as values
from postroom.templates.lint.css import Declaration
from postroom.templates.lint.gaps_of_properties import PROPERTIES
from postroom.templates.lint.model import Gap
from postroom.templates.lint.tally import shortened

Found = Iterator[tuple[str, Gap]]
"""What is lacking somewhere, as it is named in a sentence."""

_MOST_PARTS = 6
_NEUTRAL = frozenset({"none", "normal", "static", "visible", "inherit", "auto"})
_ZERO_COUNTS = ("width", "height", "max-", "z-index")
_NEUTRAL_WORDS_COUNT = ("overflow", "user-select", "resize", "hyphens", "text-decoration-skip-ink")


def judged(declaration: Declaration) -> Found:
    if declaration.name.startswith("--"):
        yield "A variable of CSS", values.VARIABLE
        return
    yield from _property(declaration)
    yield from _functions(declaration)
    yield from _units(declaration)
    yield from _words(declaration)
    yield from _images(declaration)
    yield from _negatives(declaration)
    yield from _colours(declaration)


def _property(declaration: Declaration) -> Found:
    parts = declaration.name.split("-", _MOST_PARTS)
    names = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    known = next((name for name in names if name in PROPERTIES), None)
    if known and not is_neutral(declaration):
        yield shortened(declaration.name), PROPERTIES[known]


def is_neutral(declaration: Declaration) -> bool:
    """It says what holds without it: ``float: none``, ``border-radius: 0``."""
    name = declaration.name
    if name == "opacity":
        return declaration.sizes in {((1, ""),), ((100, "%"),)}
    if declaration.functions or declaration.addresses or any(size for size, _ in declaration.sizes):
        return False
    if declaration.sizes and name.startswith(_ZERO_COUNTS):
        return False
    if name.startswith(_NEUTRAL_WORDS_COUNT):
        return declaration.words == ("visible",)
    return _NEUTRAL.issuperset(declaration.words)


def _functions(declaration: Declaration) -> Found:
    for function in declaration.functions:
        if gap := values.FUNCTIONS.get(function):
            yield f"{function}()", gap


def _units(declaration: Declaration) -> Found:
    for size, unit in declaration.sizes:
        if size and (gap := values.UNITS.get(unit)):
            yield f"The unit {unit}", gap


def _words(declaration: Declaration) -> Found:
    for word in declaration.words:
        if gap := values.WORDS.get(f"{declaration.name}:{word}"):
            yield f"{declaration.name}: {word}", gap
        elif gap := values.ANYWHERE.get(word):
            yield f"The value {word}", gap


def _images(declaration: Declaration) -> Found:
    if declaration.name.startswith("background") and declaration.addresses:
        yield "A background image in CSS", values.BACKGROUND_IMAGE
    if declaration.name == "list-style" and declaration.addresses:
        yield "list-style with an image", values.LIST_IMAGE


def _negatives(declaration: Declaration) -> Found:
    if not any(size < 0 for size, _ in declaration.sizes):
        return
    if declaration.name.startswith("margin"):
        yield "A negative margin", values.NEGATIVE_MARGIN
    if declaration.name == "text-indent":
        yield "A negative text-indent", values.NEGATIVE_INDENT


def _colours(declaration: Declaration) -> Found:
    if declaration.spaced_colour:
        yield "A colour without commas, as rgb(0 128 0),", values.SPACED_COLOUR
        yield "A colour without commas, as rgb(0 128 0),", values.SPACED_COLOUR_IN_GMAIL
    if declaration.translucent_rgb:
        yield "A translucent rgb()", values.ALPHA
