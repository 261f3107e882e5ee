"""Free TCP ports for servers that a test starts as processes."""

import random
import socket
from contextlib import closing, suppress

_OURS = range(20_000, 32_000)
"""Below the ports that Linux and macOS give to outgoing connections: between the choice and the server's start no
connection can take one of these, nor be led to itself when nobody listens yet."""
_given: set[int] = set()


def free_port(together: int = 1) -> int:
    """A port that nobody listens on now, another one each time; the first of so many in a row."""
    while True:
        ports = range(first := random.choice(_OURS), first + together)
        if _given.isdisjoint(ports) and all(_can_listen(port) for port in ports):
            _given.update(ports)
            return first


def is_open(port: int) -> bool:
    """Whether somebody listens there."""
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _can_listen(port: int) -> bool:
    with closing(socket.socket()) as probe, suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False
