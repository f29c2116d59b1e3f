"""What ends a command, and with which exit status.

CliError
├── Bad            1  what was asked about is not well
├── Usage          2  the command line or a setting is wrong
│   └── Unwritten  2  standard output takes nothing
├── Refused        3  the API said no (4xx)
└── Unreachable    4  no API there, or one in trouble (5xx) or too busy (429)
    └── Untrusted  4  its certificate does not prove who it is
"""

from dataclasses import dataclass
from typing import ClassVar


class CliError(Exception):
    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    @property
    def lines(self) -> list[str]:
        return [self.message, *([self.remedy] if self.remedy else [])]


class Bad(CliError):
    exit_status = 1


class Usage(CliError):
    exit_status = 2


class Unwritten(Usage):
    def __init__(self, error: OSError) -> None:
        super().__init__(f"The output cannot be written: {error.strerror}", "What was asked for is done all the same.")


@dataclass(frozen=True, slots=True)
class FieldError:
    field: str
    message: str


class Refused(CliError):
    exit_status = 3

    def __init__(self, http_status: int, code: str, detail: str, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(f"The API refused ({http_status}): {detail}")
        self.http_status = http_status
        self.code = code
        self.detail = detail
        self.errors = errors

    @property
    def lines(self) -> list[str]:
        return [self.message, *(f"  {error.field}: {error.message}" for error in self.errors)]


class Unreachable(CliError):
    exit_status = 4


class Untrusted(Unreachable):
    pass
