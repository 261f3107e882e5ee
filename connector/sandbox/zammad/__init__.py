"""A Zammad in memory, held to recordings of a real one by `tests/contract/test_sandbox_zammad.py`."""

from connector.sandbox.zammad.call import Response
from connector.sandbox.zammad.desk import SandboxZammad, Served
from connector.sandbox.zammad.faults import BrokenError, Fault
from connector.sandbox.zammad.server import RunningServer
from connector.sandbox.zammad.world import Delivery

__all__ = ["BrokenError", "Delivery", "Fault", "Response", "RunningServer", "SandboxZammad", "Served"]
