"""Places where parts of the connector run: network namespaces with addresses of their own, or this machine."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

HERE = "127.0.0.1"
_NETWORK = "10.203.77"


class Machine(NamedTuple):
    """``prefix`` starts a command there; ``address`` is where it can be reached."""

    address: str = HERE
    prefix: tuple[str, ...] = ()
    link: str = ""
    """The cable: the end of its network interface that lies outside."""

    def unplug(self) -> None:
        """The cable is pulled: packets are lost, and nobody is told."""
        _ip("link", "set", self.link, "down")

    def plug_in(self) -> None:
        """The cable is back."""
        _ip("link", "set", self.link, "up")


def namespaces_are_permitted() -> bool:
    """Whether this user may make network namespaces and connect them."""
    try:
        with namespaces(1):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


@contextmanager
def namespaces(count: int) -> Iterator[tuple[str, Sequence[Machine]]]:
    """The address of this machine on a network with ``count`` others. They are gone when the context ends."""
    bridge, own = f"ic{os.getpid()}", f"{_NETWORK}.254"
    with ExitStack() as made:
        _ip("link", "add", bridge, "type", "bridge")
        made.callback(_ip, "link", "delete", bridge)
        _ip("address", "add", f"{own}/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        yield own, [_namespace(made, bridge, number) for number in range(1, count + 1)]


def _namespace(made: ExitStack, bridge: str, number: int) -> Machine:
    name, address = f"{bridge}-{number}", f"{_NETWORK}.{number}"
    inside = ("ip", "netns", "exec", name)
    _ip("netns", "add", name)
    made.callback(_ip, "netns", "delete", name)
    _ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
    _ip("link", "set", name, "master", bridge, "up")
    for command in (
        ("address", "add", f"{address}/24", "dev", "eth0"),
        ("link", "set", "eth0", "up"),
        ("link", "set", "lo", "up"),
    ):
        subprocess.run([*inside, "ip", *command], check=True, capture_output=True)
    return Machine(address, inside, name)


def _ip(*command: str) -> None:
    subprocess.run(["ip", *command], check=True, capture_output=True)
