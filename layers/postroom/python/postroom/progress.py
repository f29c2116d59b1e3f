"""How far a run over many came."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """``refused``: of how many a table or a queue did not answer, so that the next run has to see to them."""

    done: int = 0
    refused: int = 0

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(self.done + other.done, self.refused + other.refused)
