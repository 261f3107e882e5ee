"""Facts of a value that are found out once: ``functools.cached_property`` as Python has it from 3.12 on.

Before, it takes a lock at each first look, which is dearer than most of what the rules find out of a ticket. Here two
threads may find the same fact out twice, and agree.
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    once = cached_property
else:

    class once(cached_property):  # noqa: N801 - it is used as a decorator
        """A property that is found out at the first look and kept."""

        def __get__(self, instance: object, owner: type | None = None) -> Any:
            if instance is None:
                return self
            found = instance.__dict__[self.attrname] = self.func(instance)
            return found
