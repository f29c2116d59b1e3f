"""What a figure ought to be: a bound on its value, or on its ratio to a rival's."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Aim:
    bound: float
    most: bool
    rival: str | None = None

    def holds(self, value: float) -> bool:
        """Of a value, or with a rival of the ratio to the rival's."""
        return value <= self.bound if self.most else value >= self.bound

    def __str__(self) -> str:
        sign = "≤" if self.most else "≥"
        return f"{sign} {self.bound:g} × {self.rival}" if self.rival else f"{sign} {self.bound:g}"


def at_least(bound: float, *, times: str | None = None) -> Aim:
    """``times`` names the rival whose value the bound multiplies."""
    return Aim(bound, most=False, rival=times)


def at_most(bound: float, *, times: str | None = None) -> Aim:
    """``times`` names the rival whose value the bound multiplies."""
    return Aim(bound, most=True, rival=times)
