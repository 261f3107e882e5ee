"""The helpdesks that chaos strikes, by their names in tests and figures."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

from tests.chaos.jira import jira_process
from tests.chaos.sandbox import Sandbox
from tests.chaos.zammad import zammad_process

HELPDESKS: dict[str, Callable[..., AbstractContextManager[Sandbox]]] = {
    "zammad": zammad_process,
    "jira-cloud": partial(jira_process, flavour="cloud"),
    "jira-datacenter": partial(jira_process, flavour="datacenter"),
}
"""Each starts a process, on an address if one is given."""
SHAPES: dict[str, Callable[..., AbstractContextManager[Sandbox]]] = {
    "zammad-5.5": partial(zammad_process, version="5.5"),
    "zammad-7": partial(zammad_process, version="7"),
}
"""The oldest and the newest Zammad, by their names in the promises."""
