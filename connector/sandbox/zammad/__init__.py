"""A Zammad in memory, held to recordings of a real one by `tests/contract/test_sandbox_zammad.py`.

`desk.py` is the whole thing from outside. A request goes through `faults.py` (injected trouble), `routes.py` (which
function answers) and `access.py` (who asks) to the module of its resource: `tickets.py`, `articles.py`, `history.py`,
`search.py`, `links.py`, `tags.py`, `users.py`, `object_manager.py`, and `resources.py` for the tables that all work
alike. Writes to tickets pass `ticket_input.py` and `values.py`, where Zammad's silent habits live. What happened goes
to `triggers.py`, which queues webhooks for `deliveries.py`. `world.py` holds the records; `adapter.py` and `server.py`
are the two ways in.
"""

from connector.sandbox.zammad.call import Response
from connector.sandbox.zammad.desk import SandboxZammad, Served
from connector.sandbox.zammad.faults import BrokenError, Fault
from connector.sandbox.zammad.server import RunningServer
from connector.sandbox.zammad.world import Delivery

__all__ = ["BrokenError", "Delivery", "Fault", "Response", "RunningServer", "SandboxZammad", "Served"]
