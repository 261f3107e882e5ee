"""TCP ports of servers that a test starts as processes: free ones, and whether somebody is there."""

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


def is_answering(port: int, path: str = "/healthz", host: str = "127.0.0.1") -> bool:
    """Whether a receiver answers 200 there."""
    with suppress(OSError), closing(socket.create_connection((host, port), timeout=5)) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: receiver\r\nConnection: close\r\n\r\n".encode())
        return connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    return False


def _can_listen(port: int) -> bool:
    with closing(socket.socket()) as probe, suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False
