"""What the status needs from the outside."""

from datetime import datetime
from typing import Protocol


class Deployments(Protocol):
    def deployed_at(self) -> datetime:
        """When this function's code or settings were last changed. Raises Unavailable."""
