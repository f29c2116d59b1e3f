"""What the person at the terminal is told instead of a traceback."""


class Trouble(Exception):
    """A step did not succeed; the message says which, and what is known about it."""
