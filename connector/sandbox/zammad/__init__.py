"""A Zammad in memory, held to recordings of a real one by `tests/contract/test_sandbox_zammad.py`.

`desk.py` is the whole thing from outside. A request goes through `../faults.py` (injected trouble), `routes.py` (which
function answers) and `access.py` with `permissions.py` (who asks, by user and token) to the module of its resource:
`tickets.py`, `articles.py`, `history.py`, `search.py`, `links.py`, `tags.py`, `users.py`, `object_manager.py`,
`system.py`, and `resources.py` for the tables that all work alike, which `tables.py` lists with their `checks.py`
and `shapes.py`.

Writes to tickets pass `ticket_input.py`, `values.py` (Zammad's silent habits) and `masks.py` (mandatory fields and
options by screens and core workflows); `changes.py` and `article_store.py` carry them out. What happened goes to
`triggers.py`, whose `actions.py` set fields, send `mailing.py` and queue webhooks for `deliveries.py`. `scheduler.py`
is the background worker: it runs jobs and takes `incoming.py` e-mail, with the attributes it knew when it started.
`world.py` holds the records; `../adapter.py` and `../server.py` are the two ways in.
"""

from connector.sandbox.faults import BrokenError, Fault
from connector.sandbox.front import Served
from connector.sandbox.server import RunningServer
from connector.sandbox.wire import Response
from connector.sandbox.zammad.desk import SandboxZammad
from connector.sandbox.zammad.world import Delivery, Mail

__all__ = ["BrokenError", "Delivery", "Fault", "Mail", "Response", "RunningServer", "SandboxZammad", "Served"]
