"""The helpdesks as the receiver's pages and interfaces read them: one connection to each, for all of them."""

from collections.abc import Callable
from threading import Lock

from connector.helpdesks import registry
from connector.helpdesks.helpdesk import Helpdesk
from connector.settings import Settings
from connector.work.table import WorkTable

OpenDesk = Callable[[str], Helpdesk]
"""The helpdesk of this name. Raises SettingsError, PolicyError."""


def desks(settings: Settings, table: WorkTable) -> OpenDesk:
    """Each is opened when it is asked for, and kept. From any thread."""
    known, lock = dict[str, Helpdesk](), Lock()

    def desk(helpdesk: str) -> Helpdesk:
        with lock:
            if helpdesk not in known:
                opened = registry.plugin(helpdesk).open_desk(settings.of(helpdesk), table.now, settings.proof_keys)
                known[helpdesk] = opened
            return known[helpdesk]

    return desk
