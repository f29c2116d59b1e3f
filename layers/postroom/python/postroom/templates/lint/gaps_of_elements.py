"""Elements, attributes and kinds of images that Gmail or Outlook lack, read of caniemail.com's data of 2026-05-13."""

from postroom.templates.lint.model import (
    GMAIL,
    GMAIL_FOREIGN,
    OUTLOOK,
    OUTLOOK_WEB,
    WORD,
    WORD_2016,
    Gap,
    by_name,
)
from postroom.templates.remarks import Level

_BOTH = (GMAIL, OUTLOOK)
_MOSTLY = (GMAIL, WORD)

_LINK = "Show an image that links to it"
_FORM = "Link to a page with the form"
_PNG = "Use a PNG or JPEG"

ELEMENTS = by_name(
    (
        Gap("html-audio", "audio", _BOTH, _LINK, Level.ERROR),
        Gap("html-button-submit", "button", (GMAIL_FOREIGN, OUTLOOK), "Use a link in a table cell", Level.ERROR),
        Gap("html-dialog", "dialog", _BOTH, "Write what it says into the mail", Level.ERROR),
        Gap("html-form", "form", (GMAIL_FOREIGN, OUTLOOK), _FORM, Level.ERROR),
        Gap("html-input-text", "input", (WORD,), _FORM, Level.ERROR),
        Gap("html-marquee", "marquee", _MOSTLY, "Write the text as it is"),
        Gap("html-meter", "meter", _MOSTLY, "Draw it with table cells"),
        Gap("html-object", "object", _BOTH, _LINK, Level.ERROR),
        Gap("html-picture", "picture", _BOTH, "What is shown is the <img> inside"),
        Gap("html-progress", "progress", _BOTH, "Draw it with table cells"),
        Gap("html-ruby", "ruby", _MOSTLY),
        Gap("html-select", "select", (WORD,), _FORM, Level.ERROR),
        Gap("html-semantics", "details summary main nav", _MOSTLY, "Use <div> or a table"),
        Gap(
            "html-semantics",
            "article aside figcaption figure footer header mark section time",
            (WORD,),
            "Use <div> or a table",
        ),
        Gap("html-svg", "svg", _BOTH, "Use an image in PNG", Level.ERROR),
        Gap("html-textarea", "textarea", (WORD,), _FORM, Level.ERROR),
        Gap("html-video", "video", _BOTH, _LINK, Level.ERROR),
    )
)
STYLESHEET = Gap("html-link", "", (GMAIL, OUTLOOK_WEB), "Write the rules into the mail")
STYLE_IN_BODY = Gap("html-style", "", (GMAIL,), "Move it into <head>")
STYLE_SIZE = Gap("html-style", "", (GMAIL,), "Leave out what is not needed: of more, Gmail drops the whole block")
"""Also https://github.com/hteumeuleu/email-bugs/issues/90 and https://github.com/hteumeuleu/caniemail/issues/144."""

ATTRIBUTES = by_name(
    (
        Gap("html-aria-describedby", "aria-describedby", _MOSTLY, "Write the description beside it"),
        Gap("html-aria-labelledby", "aria-labelledby", _BOTH, "Use aria-label"),
        Gap("html-hidden", "hidden", _BOTH, "It is shown: leave it out or use display: none"),
        Gap("html-srcset", "srcset", _BOTH, "What is shown is its src"),
    )
)
BACKGROUND = Gap("html-background", "", (GMAIL_FOREIGN, WORD), "Give the cell a bgcolor as well")

IMAGES = by_name(
    (
        Gap("image-apng", "apng", _MOSTLY, _PNG),
        Gap("image-avif", "avif", (WORD,), _PNG, Level.ERROR),
        Gap("image-heif", "heic heif", (OUTLOOK,), _PNG, Level.ERROR),
        Gap("image-ico", "ico", (WORD,), _PNG, Level.ERROR),
        Gap("image-mp4", "mp4", _MOSTLY, "Use an animated GIF", Level.ERROR),
        Gap("image-svg", "svg", (GMAIL, WORD_2016), _PNG, Level.ERROR),
        Gap("image-tiff", "tif tiff", (OUTLOOK,), _PNG, Level.ERROR),
        Gap("image-webp", "webp", (WORD,), _PNG, Level.ERROR),
    )
)
"""By the ending of the address."""
EMBEDDED_IMAGE = Gap("image-base64", "", (GMAIL, WORD_2016), "Link to an image with https:, or attach it", Level.ERROR)

SCRIPTS = ("script", "iframe", "embed")
