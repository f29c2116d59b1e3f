"""The JSON that a link is asked for with."""

from postroom.web.body import RequestBody


class LinkBody(RequestBody):
    """There is nothing to say of a link: one that was to be for an event type or to end sooner is not made."""
