"""What filling templates in may take: with all at their limits at once, it must fit into the function's memory.

Lambda ends an environment that has none left, with the messages that it has claimed. A test adds this up.
"""

_MEBIBYTE = 2**20

SECONDS = 0.5
"""Of the processor, for a mail. A usual one takes a hundredth of it, a large one that is compiled first a quarter."""

TRIAL_SECONDS = SECONDS / 2
"""For checking, showing and publishing: what could be published does not fail by the mood of a processor."""

WASTED_SECONDS = 1.2 * SECONDS
"""For a tenant's mails that came to nothing, within as many as the next says; what is not known then waits."""

WASTED_WITHIN = 10.0

NURSERY_MEMORY = 24 * _MEBIBYTE
"""Bytes that the process has which children are born in; a test holds it to that."""

BORN_WITH = 10 * _MEBIBYTE
"""Bytes of that of which a child comes to have a copy; a test holds it to that."""

MEMORY = 48 * _MEBIBYTE
"""Bytes that a child may take beside what it was born with. The largest mail takes less than half of it."""

TRIAL_MEMORY = MEMORY * 3 // 4
"""For checking, showing and publishing, as with ``TRIAL_SECONDS``."""

KEPT_MEMORY = 8 * _MEBIBYTE
"""Bytes of it that a child may keep while it waits for its next task; one that has grown by more is ended."""

MOST_CHILDREN = 8
AT_WORK = 3
NEWCOMERS_AT_WORK = 2
"""Of those that have not been seen to end well: there is always a place for those that have."""

SOURCES = 16 * _MEBIBYTE
"""Bytes of tenants' templates that a sender keeps; the largest is 220 kB, or four times that in Python's own form."""
