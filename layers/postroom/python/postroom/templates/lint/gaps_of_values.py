"""CSS values that Gmail or Outlook lack, whatever the property, read of caniemail.com's data of 2026-05-13."""

from postroom.templates.lint.model import GMAIL, GMAIL_FOREIGN, OUTLOOK, WORD, Gap, by_name

_BOTH = (GMAIL, OUTLOOK)
_FLEXIBLE = (GMAIL_FOREIGN, WORD)
_COUNTED = (GMAIL_FOREIGN, OUTLOOK)

_COLOUR = "Write the colour as #rrggbb"
_FIXED = "Write the result as a fixed value"
_PIXELS = "Write px, or % for a width"
_TABLES = "Lay the mail out with tables"
_IMAGE = "Give the cell a bgcolor as well, or draw it in VML inside <!--[if mso]>"

FUNCTIONS = by_name(
    (
        Gap("css-function-clamp", "clamp", _COUNTED, _FIXED),
        Gap("css-function-light-dark", "light-dark", _BOTH, _COLOUR),
        Gap("css-function-max", "max", _COUNTED, _FIXED),
        Gap("css-function-min", "min", _COUNTED, _FIXED),
        Gap("css-unit-calc", "calc", _COUNTED, _FIXED),
        Gap("css-variables", "var", _BOTH, "Write the value where it is used"),
        Gap("css-rgba", "rgba", (WORD,), _COLOUR),
        Gap("css-modern-color", "lch oklch lab oklab", _BOTH, _COLOUR),
        Gap("css-conic-gradient", "conic-gradient", _BOTH, _IMAGE),
        Gap("css-linear-gradient", "linear-gradient", (OUTLOOK,), _IMAGE),
        Gap("css-radial-gradient", "radial-gradient", (OUTLOOK,), _IMAGE),
    )
)
VARIABLE = Gap("css-variables", "", _BOTH, "Write the value where it is used")
BACKGROUND_IMAGE = Gap("css-background-image", "", (WORD,), _IMAGE)

UNITS = by_name(
    (
        Gap("css-unit-ch", "ch", (WORD,), _PIXELS),
        Gap("css-unit-rem", "rem", (WORD,), _PIXELS),
        Gap("css-unit-vh", "vh", (WORD,), _PIXELS),
        Gap("css-unit-vmax", "vmax", (WORD,), _PIXELS),
        Gap("css-unit-vmin", "vmin", (WORD,), _PIXELS),
        Gap("css-unit-vw", "vw", (WORD,), _PIXELS),
    )
)

WORDS = by_name(
    (
        Gap("css-display-flex", "display:flex display:inline-flex", _FLEXIBLE, _TABLES),
        Gap("css-display-grid", "display:grid display:inline-grid", _FLEXIBLE, _TABLES),
        Gap("css-display", "display:contents display:flow-root", _FLEXIBLE, _TABLES),
        Gap("css-position", "position:absolute position:fixed position:relative", _BOTH, _TABLES),
        Gap("css-position", "position:sticky", (GMAIL, WORD), _TABLES),
        Gap("css-text-transform", "text-transform:lowercase", (WORD,), "Write the text in small letters"),
        Gap("css-text-decoration", "text-decoration:overline", (WORD,), "Use a border instead"),
    )
)
"""By ``property:word``."""

ANYWHERE = by_name(
    (
        Gap("css-unit-initial", "initial", _FLEXIBLE, "Write the value itself"),
        Gap("css-intrinsic-size", "min-content max-content fit-content", _FLEXIBLE, "Write a width in px or %"),
    )
)
"""Words that mean the same for every property."""

LIST_IMAGE = Gap("css-list-style", "", (GMAIL, WORD), "Use a table with an image in each row")
NEGATIVE_MARGIN = Gap("css-margin", "", _BOTH, "Lay the mail out with tables and padding")
NEGATIVE_INDENT = Gap("css-text-indent", "", (GMAIL,), "Use the padding of a table cell")
SPACED_COLOUR = Gap("css-rgb", "", (WORD,), _COLOUR)
SPACED_COLOUR_IN_GMAIL = Gap("css-rgb", "", (GMAIL,), "All styles around it are dropped: write the colour as #rrggbb")
ALPHA = Gap("css-rgb", "", (WORD,), _COLOUR)
UPPER_CASE_IMPORTANT = Gap(
    "css-important", "", (GMAIL,), "All styles around it are dropped: write !important in small letters"
)
"""Also https://github.com/hteumeuleu/email-bugs/issues/13."""
TIGHT_IMPORTANT = Gap("css-important", "", (WORD,), "Write a space before it")
INLINE_IMPORTANT = Gap("css-important", "", (WORD,), "Leave it out of style attributes, where it overrides nothing")
"""Also https://github.com/hteumeuleu/email-bugs/issues/31."""
