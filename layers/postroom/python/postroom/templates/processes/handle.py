"""How a process is ended that was started by another one."""

import os
import signal
from contextlib import suppress


class Handle:
    """Not its number alone: that may be somebody else's by the time it is ended.

    Python has nothing else where it was built with the headers of an old kernel, as on Amazon Linux 2.
    """

    def __init__(self, process_id: int) -> None:
        self._number = process_id
        knows_more = hasattr(os, "pidfd_open") and hasattr(signal, "pidfd_send_signal")
        self._descriptor = os.pidfd_open(process_id) if knows_more else None

    def kill(self) -> None:
        """Once."""
        with suppress(ProcessLookupError):
            if self._descriptor is None:
                os.kill(self._number, signal.SIGKILL)
            else:
                signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
        if self._descriptor is not None:
            os.close(self._descriptor)
