"""What holds locks, connections or threads is reset after a fork: the child has the parent's locks and connections, but
none of its threads."""

import os
from typing import Protocol
from weakref import WeakSet


class Forkable(Protocol):
    """Something that holds threads, locks or connections."""

    def after_fork(self) -> None:
        """Called in the child before any of its own threads exist."""


_members: "WeakSet[Forkable]" = WeakSet()


def survive_fork(member: Forkable) -> None:
    """Call ``member.after_fork()`` in every child process for as long as the member lives."""
    _members.add(member)


def _in_child() -> None:
    for member in list(_members):
        member.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
