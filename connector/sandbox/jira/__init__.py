"""A Jira with Jira Service Management in memory, as Cloud or as Data Center.

`desk.py` is the whole thing from outside. A request goes through `../faults.py` (injected trouble) to `routes.py`,
which knows who asks (`access.py`), what is too much (`limits.py`), and which function answers: the line above it in the
module of its resource says so (`call.py`). `issues.py`, `comments.py`, `search.py`; `site.py` and `screens.py` for what
a client asks first; `service_desks.py` and `portal.py` for customers; and for administrators `configuration.py`,
`custom_fields.py`, `schemes.py`, `workflows.py` and `hooks.py`, most of it as kinds that `kinds.py` serves.

Writes to issues go through `changing.py`, which reads a request with the help of `fields.py` and carries it out at
once. `shown.py` writes issues for the API and for webhooks, `shapes.py` rows of configuration. What happened goes to
`events.py`, which makes the bodies of webhooks at once, and `deliveries.py` sends them when their time has come.
`index.py` is what search sees, late; `jql.py` reads a query and `matching.py` knows what it means. `world.py` holds the
`records.py`.
"""

from connector.sandbox.faults import BrokenError, Fault
from connector.sandbox.front import Served
from connector.sandbox.jira.desk import Exchange, SandboxJira
from connector.sandbox.jira.records import Delivery, Flavour
from connector.sandbox.server import RunningServer
from connector.sandbox.wire import Response

__all__ = [
    "BrokenError",
    "Delivery",
    "Exchange",
    "Fault",
    "Flavour",
    "Response",
    "RunningServer",
    "SandboxJira",
    "Served",
]
