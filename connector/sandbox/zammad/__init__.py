"""A Zammad in memory, held to recordings of a real one by `tests/contract/test_sandbox_zammad.py`.

`desk.py` is the whole thing from outside. A request goes through `../faults.py` (injected trouble), `routes.py` (where
each function says above itself what it answers) and `access.py` (who asks, by user and token) to the module of its
resource: `tickets.py`, `articles.py`, `history.py`, `search.py`, `links.py`, `users.py`, `object_manager.py`,
`system.py`, and `tables.py` for the configuration that all works alike: `tables.yaml` lists it, `particulars.py` has
what is particular. `fresh.yaml` is what a fresh Zammad contains, `assets.py` how records are shown.

Writes to tickets pass `ticket_input.py`, `values.py` (Zammad's silent habits) and `masks.py` (mandatory fields and
options by screens and core workflows); `history.py` and `article_store.py` carry them out. What happened goes to
`triggers.py`, which sets fields, sends `mailing.py` and queues webhooks for `deliveries.py`, and runs the jobs of the
background worker, which also takes `incoming.py` e-mail. `world.py` holds the records; `../adapter.py` and
`../server.py` are the two ways in.
"""

from connector.sandbox.faults import BrokenError, Fault
from connector.sandbox.front import Served
from connector.sandbox.server import RunningServer
from connector.sandbox.wire import Response
from connector.sandbox.zammad.desk import SandboxZammad
from connector.sandbox.zammad.world import Delivery, Mail

__all__ = ["BrokenError", "Delivery", "Fault", "Mail", "Response", "RunningServer", "SandboxZammad", "Served"]
