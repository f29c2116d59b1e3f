"""CSS properties that Gmail or Outlook lack whatever their value, read of caniemail.com's data of 2026-05-13.

A property is looked for by its own name, then by what is left of it without its last part (``outline-color``,
``outline``). Left out is what takes nothing from a mail that lacks it (``cursor``, ``color-scheme``), and what only
Gmail's mobile site lacks.
"""

from postroom.templates.lint.model import GMAIL, GMAIL_APPS, GMAIL_FOREIGN, OUTLOOK, WORD, Gap, by_name

_BOTH = (GMAIL, OUTLOOK)
_MOSTLY = (GMAIL, WORD)
_PARTLY = (GMAIL_FOREIGN, WORD)
_WORD = (WORD,)

_TABLES = "Lay the mail out with tables"
_SIDES = "Name the sides: left, right, top, bottom"
_SIZES = "Set width and height, of a table cell where the client needs it"
_VML = "See to it that the mail looks right without, or draw it in VML inside <!--[if mso]>"

_CORNERS = " ".join(f"border-{end}-{side}-radius" for end in ("top", "bottom") for side in ("left", "right"))
_LOGICAL_CORNERS = " ".join(f"border-{block}-{line}-radius" for block in ("start", "end") for line in ("start", "end"))

PROPERTIES = by_name(
    (
        Gap("css-align-items", "align-items", _MOSTLY, _TABLES),
        Gap("css-animation", "animation", _BOTH),
        Gap("css-aspect-ratio", "aspect-ratio", _BOTH),
        Gap("css-backdrop-filter", "backdrop-filter", _BOTH),
        Gap("css-background-blend-mode", "background-blend-mode", _PARTLY),
        Gap("css-background-clip", "background-clip", _PARTLY),
        Gap("css-background-origin", "background-origin", _WORD, _VML),
        Gap("css-background-position", "background-position", _WORD, _VML),
        Gap("css-background-repeat", "background-repeat", _WORD, _VML),
        Gap("css-background-size", "background-size", _PARTLY, _VML),
        Gap("css-block-inline-size", "block-size", _BOTH, _SIZES),
        Gap("css-border-image", "border-image", _BOTH),
        Gap("css-border-inline-block", "border-inline border-block", _BOTH, _SIDES),
        Gap("css-border-radius", f"border-radius {_CORNERS}", _WORD, _VML),
        Gap("css-border-radius-logical", _LOGICAL_CORNERS, _BOTH),
        Gap("css-border-spacing", "border-spacing", _WORD, "Use the cellspacing attribute of the table"),
        Gap("css-box-shadow", "box-shadow", _MOSTLY),
        Gap("css-box-sizing", "box-sizing", _WORD),
        Gap("css-caption-side", "caption-side", _WORD),
        Gap("css-clip-path", "clip-path", _BOTH),
        Gap("css-column-count", "column-count columns", _WORD, _TABLES),
        Gap(
            "css-column-layout-properties",
            "column-gap column-rule column-span column-width column-fill",
            _WORD,
            _TABLES,
        ),
        Gap("css-empty-cells", "empty-cells", _WORD),
        Gap("css-filter", "filter", _BOTH),
        Gap("css-flex-direction", "flex-direction", _MOSTLY, _TABLES),
        Gap("css-flex-wrap", "flex-wrap", _MOSTLY, _TABLES),
        Gap("css-float", "float", _WORD, "Use the align attribute of <table> or <img>"),
        Gap("css-font-kerning", "font-kerning", _WORD),
        Gap("css-font-size-adjust", "font-size-adjust", _PARTLY),
        Gap("css-gap", "gap row-gap", _WORD, _TABLES),
        Gap("css-grid-template", "grid-template", _BOTH, _TABLES),
        Gap("css-hyphenate-character", "hyphenate-character", _BOTH),
        Gap("css-hyphenate-limit-chars", "hyphenate-limit-chars", _BOTH),
        Gap("css-hyphens", "hyphens", _BOTH),
        Gap("css-inline-size", "inline-size", _BOTH, _SIZES),
        Gap("css-inset", "inset", _BOTH, _TABLES),
        Gap("css-justify-content", "justify-content", _MOSTLY, _TABLES),
        Gap("css-left-right-top-bottom", "left right top bottom", _MOSTLY, _TABLES),
        Gap("css-list-style-image", "list-style-image", _BOTH),
        Gap("css-list-style-position", "list-style-position", _WORD),
        Gap("css-margin-block-start-end", "margin-block-start margin-block-end", _BOTH, _SIDES),
        Gap("css-margin-inline-block", "margin-inline margin-block", _BOTH, _SIDES),
        Gap("css-margin-inline-start-end", "margin-inline-start margin-inline-end", _BOTH, _SIDES),
        Gap("css-mask-image", "mask-image", _BOTH),
        Gap("css-max-block-size", "max-block-size", _BOTH, _SIZES),
        Gap("css-max-height", "max-height", _WORD, _SIZES),
        Gap("css-max-inline-size", "max-inline-size", _BOTH, _SIZES),
        Gap("css-min-block-size", "min-block-size", _BOTH, _SIZES),
        Gap("css-min-height", "min-height", _WORD, _SIZES),
        Gap("css-min-inline-size", "min-inline-size", _BOTH, _SIZES),
        Gap("css-min-width", "min-width", _WORD, _SIZES),
        Gap("css-mix-blend-mode", "mix-blend-mode", _PARTLY),
        Gap("css-object-fit", "object-fit", _PARTLY),
        Gap("css-object-position", "object-position", _PARTLY),
        Gap("css-opacity", "opacity", _WORD),
        Gap("css-outline", "outline", _WORD),
        Gap("css-outline-offset", "outline-offset", _BOTH),
        Gap("css-overflow", "overflow", _WORD),
        Gap("css-overflow-wrap", "overflow-wrap", _BOTH),
        Gap("css-padding-block-start-end", "padding-block-start padding-block-end", _BOTH, _SIDES),
        Gap("css-padding-inline-block", "padding-inline padding-block", _BOTH, _SIDES),
        Gap("css-padding-inline-start-end", "padding-inline-start padding-inline-end", _BOTH, _SIDES),
        Gap("css-resize", "resize", _BOTH),
        Gap("css-scroll-snap", "scroll-snap-type scroll-snap-align", _BOTH),
        Gap("css-shape-margin", "shape-margin", _BOTH),
        Gap("css-shape-outside", "shape-outside", _BOTH),
        Gap("css-table-layout", "table-layout", _WORD),
        Gap("css-text-align-last", "text-align-last", (OUTLOOK,)),
        Gap("css-text-decoration-color", "text-decoration-color", _PARTLY),
        Gap("css-text-decoration-line", "text-decoration-line", _WORD),
        Gap("css-text-decoration-skip-ink", "text-decoration-skip-ink", _BOTH),
        Gap("css-text-decoration-style", "text-decoration-style", _WORD),
        Gap("css-text-decoration-thickness", "text-decoration-thickness", _BOTH),
        Gap("css-text-emphasis", "text-emphasis", (GMAIL_APPS, WORD)),
        Gap("css-text-emphasis-position", "text-emphasis-position", _BOTH),
        Gap("css-text-orientation", "text-orientation", _WORD),
        Gap("css-text-overflow", "text-overflow", _PARTLY),
        Gap("css-text-shadow", "text-shadow", _BOTH),
        Gap("css-text-underline-offset", "text-underline-offset", _BOTH),
        Gap("css-text-wrap", "text-wrap", _BOTH),
        Gap("css-transform", "transform", _BOTH),
        Gap("css-transition", "transition", _BOTH),
        Gap("css-user-select", "user-select", _BOTH),
        Gap("css-visibility", "visibility", _MOSTLY),
        Gap("css-white-space", "white-space", _PARTLY),
        Gap("css-white-space-collapse", "white-space-collapse", _BOTH),
        Gap("css-word-spacing", "word-spacing", _WORD),
        Gap("css-word-wrap", "word-wrap", _WORD),
        Gap("css-writing-mode", "writing-mode", _PARTLY),
        Gap("css-z-index", "z-index", _MOSTLY, _TABLES),
    )
)
