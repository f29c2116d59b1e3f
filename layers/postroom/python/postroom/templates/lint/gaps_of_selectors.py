"""Selectors and at-rules that Gmail or Outlook lack, read of caniemail.com's data of 2026-05-13."""

from postroom.templates.lint.model import (
    GMAIL,
    GMAIL_APPS,
    GMAIL_FOREIGN,
    OUTLOOK,
    OUTLOOK_WEB,
    WORD,
    Gap,
    by_name,
)

_INLINE = "Write what the mail needs into style attributes"
_BOTH = (GMAIL, OUTLOOK)
_MOSTLY = (GMAIL, WORD)

PSEUDO = by_name(
    (
        Gap("css-pseudo-class-active", ":active", _MOSTLY),
        Gap("css-pseudo-class-checked", ":checked", _MOSTLY),
        Gap("css-pseudo-class-default", ":default", _MOSTLY),
        Gap("css-pseudo-class-first-child", ":first-child", _MOSTLY, _INLINE),
        Gap("css-pseudo-class-first-of-type", ":first-of-type", _MOSTLY, _INLINE),
        Gap("css-pseudo-class-focus", ":focus", _MOSTLY),
        Gap("css-pseudo-class-focus-visible", ":focus-visible", _MOSTLY),
        Gap("css-pseudo-class-focus-within", ":focus-within", _BOTH),
        Gap("css-pseudo-class-has", ":has()", _BOTH, _INLINE),
        Gap("css-pseudo-class-hover", ":hover", (GMAIL_APPS, WORD)),
        Gap("css-pseudo-class-lang", ":lang()", _BOTH, _INLINE),
        Gap("css-pseudo-class-last-child", ":last-child", _MOSTLY, _INLINE),
        Gap("css-pseudo-class-last-of-type", ":last-of-type", _MOSTLY, _INLINE),
        Gap("css-pseudo-class-link", ":link", (GMAIL,), _INLINE),
        Gap("css-pseudo-class-not", ":not()", _BOTH, _INLINE),
        Gap("css-pseudo-class-nth-child", ":nth-child()", _BOTH, _INLINE),
        Gap("css-pseudo-class-nth-last-child", ":nth-last-child()", _BOTH, _INLINE),
        Gap("css-pseudo-class-nth-last-of-type", ":nth-last-of-type()", _BOTH, _INLINE),
        Gap("css-pseudo-class-nth-of-type", ":nth-of-type()", _BOTH, _INLINE),
        Gap("css-pseudo-class-only-child", ":only-child", _MOSTLY, _INLINE),
        Gap("css-pseudo-class-only-of-type", ":only-of-type", _MOSTLY, _INLINE),
        Gap("css-pseudo-class-target", ":target", _MOSTLY),
        Gap("css-pseudo-class-visited", ":visited", _MOSTLY),
        Gap("css-pseudo-element-after", "::after :after", _MOSTLY, "Write the text or the image into the HTML"),
        Gap("css-pseudo-element-before", "::before :before", _MOSTLY, "Write the text or the image into the HTML"),
        Gap("css-pseudo-element-first-letter", "::first-letter :first-letter", _MOSTLY),
        Gap("css-pseudo-element-first-line", "::first-line :first-line", _MOSTLY),
        Gap("css-pseudo-element-marker", "::marker", _BOTH),
        Gap("css-pseudo-element-placeholder", "::placeholder", _MOSTLY),
    )
)

COMBINATORS = by_name(
    (
        Gap("css-selector-adjacent-sibling", "+", (WORD,), _INLINE),
        Gap("css-selector-child", ">", (WORD,), _INLINE),
        Gap("css-selector-general-sibling", "~", (WORD,), _INLINE),
        Gap("css-selector-universal", "*", (WORD,), _INLINE),
    )
)
CHAINED = Gap("css-selector-chaining", "", (OUTLOOK,), "Give the element one class of its own")
ATTRIBUTE = Gap("css-selector-attribute", "", _MOSTLY, "Give the element a class")
NESTED = Gap("css-nesting", "", _BOTH, "Write the rules one after another")

OF_OUTLOOK_COM = ("[data-ogsc", "[data-ogsb", "[data-ogac", "[data-ogab")
"""Written for Outlook.com's dark mode and for nobody else: css-at-media-prefers-color-scheme, note 3."""

AT_RULES = by_name(
    (
        Gap("css-at-font-face", "font-face", _BOTH, "Name a font that everybody has behind it"),
        Gap("css-at-import", "import", (GMAIL, OUTLOOK_WEB), "Write the rules into the mail"),
        Gap("css-at-keyframes", "keyframes", _BOTH),
        Gap("css-at-supports", "supports", _BOTH),
    )
)

_MEDIA = "The mail must be right without it; inside <!--[if !mso]><!--> it is kept from Outlook"
MEDIA = Gap("css-at-media", "", (GMAIL_FOREIGN, WORD), _MEDIA)
MEDIA_HEIGHT = Gap("css-at-media", "height min-height max-height", (GMAIL, WORD), "Ask for the width instead")
MEDIA_FEATURES = by_name(
    (
        MEDIA_HEIGHT,
        Gap("css-at-media-device-pixel-ratio", "-webkit-min-device-pixel-ratio min-resolution", _MOSTLY, _MEDIA),
        Gap("css-at-media-hover", "hover any-hover", _MOSTLY, _MEDIA),
        Gap("css-at-media-orientation", "orientation", (GMAIL_APPS, WORD), _MEDIA),
        Gap("css-at-media-prefers-color-scheme", "prefers-color-scheme", _MOSTLY, _MEDIA),
        Gap("css-at-media-prefers-reduced-motion", "prefers-reduced-motion", _MOSTLY, _MEDIA),
    )
)
