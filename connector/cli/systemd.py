"""What systemd is told: started, alive, stopping (sd_notify(3)). Elsewhere nobody listens and nothing is sent."""

import os
import socket
import time
from contextlib import suppress

_NEVER = float("inf")


class Watchdog:
    """Signs of life of this process, two in the time that the unit's ``WatchdogSec`` allows between them.

    The loop that watches the parts sends them: if it hangs, systemd ends and starts the service. A part that hangs is
    ended by the loop.
    """

    def __init__(self) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET")
        micros = os.environ.get("WATCHDOG_USEC", "")
        self._every = int(micros) / 2_000_000 if micros.isdigit() and int(micros) else _NEVER
        self._next = time.monotonic()

    def ready(self) -> None:
        """All parts have been started."""
        self._tell("READY=1")

    def stopping(self) -> None:
        """What has begun is being finished."""
        self._tell("STOPPING=1")

    def beat(self) -> None:
        """A sign of life, if one is due."""
        now = time.monotonic()
        if self._every < _NEVER and now >= self._next:
            self._next = now + self._every
            self._tell("WATCHDOG=1")

    def _tell(self, state: str) -> None:
        if not self._address:
            return
        # A name that begins with @ is in the abstract namespace (unix(7)).
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.sendto(state.encode(), address)
