"""What a figure was seen on; without it the figure means nothing."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Machine:
    cpu: str
    cores: int
    kernel: str
    python: str

    def __str__(self) -> str:
        return f"{self.cpu}, {self.cores} cores, {self.kernel}, Python {self.python}"


def this_machine() -> Machine:
    kernel = f"{platform.system()} {platform.release()} {platform.machine()}"
    return Machine(_cpu(), os.cpu_count() or 1, kernel, platform.python_version())


def _cpu() -> str:
    if not _CPUINFO.exists():
        return platform.processor() or "unknown processor"
    names = (line.partition(":")[2].strip() for line in _CPUINFO.read_text().splitlines() if "model name" in line)
    return next(names, "unknown processor")
