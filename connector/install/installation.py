"""One helpdesk as ``interspace install`` needs it, opened; and what an admin has to do by hand."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from connector.install.apply import Writer
from connector.install.plan import Plan


class Link(NamedTuple):
    """A page of the helpdesk."""

    url: str
    confirmed: bool
    """Whether somebody has seen that it leads there. If not, ``menu`` is the safer way."""
    menu: str


class Item(NamedTuple):
    """One thing to be done by hand."""

    key: str
    title: str
    steps: tuple[str, ...]
    """The first line of a step is prose; what stands on further lines is to be pasted."""
    link: Link | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "key": self.key,
            "title": self.title,
            "steps": list(self.steps),
            "link": self.link.url if self.link else None,
            "link_confirmed": self.link.confirmed if self.link else None,
            "menu": self.link.menu if self.link else None,
        }


class Installation(NamedTuple):
    """Every function raises PlanError for what does not fit together, StepError if the helpdesk cannot be asked."""

    writer: Writer
    plan: Callable[[Mapping[str, str], str | None, bool], Plan]
    """What is to be done: with the secrets that are valid now by their names in the secret store, the address of the
    receiver (``None``: as it is), and whether objects of the same name that are not ours are changed, too."""
    plan_back: Callable[[bool], Plan]
    """The way back, with or without the fields."""
    checklist: Callable[[], Sequence[Item]]
    """What the plan cannot do."""
    afterwards: Callable[[Plan], str] = lambda done: ""
    """What has to be done once a plan is carried out; empty if nothing."""
