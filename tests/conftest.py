"""What holds for all tests."""

from hypothesis import settings

# How long an example takes is the machine's, and what else runs on it.
settings.register_profile("postroom", deadline=None)
settings.load_profile("postroom")
