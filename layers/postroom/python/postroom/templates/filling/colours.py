"""Colours as #rrggbb."""

USUAL = "#1d5fbf"
_BLACK, _WHITE = "#000000", "#ffffff"
_LINEAR_BELOW = 0.04045
_AS_FAR_FROM_BLACK_AS_FROM_WHITE = 0.1791


def readable_on(colour: str) -> str:
    """Black or white, whichever has more contrast (WCAG 2.2, relative luminance)."""
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return _BLACK if luminance > _AS_FAR_FROM_BLACK_AS_FROM_WHITE else _WHITE


def _linear(value: float) -> float:
    return value / 12.92 if value <= _LINEAR_BELOW else float(((value + 0.055) / 1.055) ** 2.4)
