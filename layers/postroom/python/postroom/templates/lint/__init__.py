"""What is known to go wrong with a mail in Gmail and Outlook, found in the mail as it is sent.

``mail`` tells the story. ``markup`` and ``css`` read; ``tags``, ``addresses``, ``styles`` and ``declarations`` judge;
``gaps_of_…`` are the data: what a client lacks, one line each, with the page that says so.
"""

from postroom.templates.lint.mail import lint

__all__ = ["lint"]
