"""Addresses of this machine, and who holds a port that is taken, where the system tells (proc(5), Linux)."""

import os
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

_LISTENS = "0A"
"""TCP_LISTEN in /proc/net/tcp."""


def is_this_machine(host: str) -> bool:
    """Whether the address is this machine's own, so that nobody else can listen on the way."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def holder(port: int) -> str:
    """`` (held by process 4711, interspace)``; empty where it cannot be known: another user's, another system.

    No arguments of the process are named: others may hold secrets there.
    """
    with suppress(OSError, ValueError):
        wanted = {f"socket:[{inode}]" for inode in _listening(port)}
        for process in Path("/proc").iterdir() if wanted else ():
            if process.name.isdigit() and _has_open(process, wanted):
                return f" (held by process {process.name}, {_name(process)})"
    return ""


def _listening(port: int) -> set[str]:
    inodes = set()
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]:
                _, local, _, state, *_, inode = line.split()[:10]
                if state == _LISTENS and int(local.rpartition(":")[2], 16) == port:
                    inodes.add(inode)
    return inodes


def _has_open(process: Path, sockets: set[str]) -> bool:
    with suppress(OSError):
        return any(os.readlink(file) in sockets for file in (process / "fd").iterdir())
    return False


def _name(process: Path) -> str:
    words = (process / "cmdline").read_bytes().split(b"\0")
    # ``python -m connector run`` and ``interspace run`` are this program.
    ours = any(Path(os.fsdecode(word)).name in ("connector", "interspace") for word in words[:3])
    return "another interspace" if ours else (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
