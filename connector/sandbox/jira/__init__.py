"""A Jira with Jira Service Management in memory, as Cloud or as Data Center.

`desk.py` is the whole thing from outside. A request goes through `../faults.py` (injected trouble), `routes.py` (which
function answers), `access.py` (who asks, and what they may do) and `limits.py` (too many requests) to the module of
its resource: `issues.py`, `comments.py`, `links.py`, `search.py`, and `site.py` for what a client asks first;
`custom_fields.py`, `schemes.py`, `screens.py`, `workflows.py`, `hooks.py` and `configuration.py` for
administrators, most of it as kinds that `kinds.py` serves; `portal.py` with `sla.py` is the service desk API, and
`mail.py` the customers' other way in.

Writes to issues go through `changing.py`, which reads a request with the help of `fields.py` and carries it out at
once. `shown.py` writes issues for the API and for webhooks. What happened goes to `events.py`, which makes the bodies
of webhooks at once, and `deliveries.py` sends them when their time has come. `index.py` is what search sees, late;
`jql.py` reads a query and `matching.py` knows what it means. `world.py` holds the `records.py`.
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
