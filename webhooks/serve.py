"""The receiver under granian: several processes with several threads each."""

import os
import sys
from collections.abc import Callable
from functools import partial

from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from connector.work.errors import StoreError
from connector.work.table import WorkTable
from webhooks.app import create_app
from webhooks.log import configure_log
from webhooks.receiver import open_receiver
from webhooks.settings import ReceiverSettings, SettingsError, from_environment


def serve(settings: ReceiverSettings) -> None:
    """Receive until SIGTERM or SIGINT; requests under way are answered first.

    A process that dies is replaced. Raises ``StoreError`` if the work table cannot be opened.
    """
    # Once before the fork: the schema is made by one process, and a wrong URL is told before the port opens.
    WorkTable.open(settings.database_url.get_secret_value()).close()
    run(settings, partial(_application, settings))


def run(settings: ReceiverSettings, load: Callable[[], Flask]) -> None:
    """Run an application under granian; ``load`` is called in each process after it has started."""
    server = Granian(
        "webhooks.wsgi:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.processes,
        blocking_threads=settings.threads,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
    )
    server.serve(target_loader=load, wrap_loader=False)


def _application(settings: ReceiverSettings) -> Flask:
    configure_log()
    return create_app(open_receiver(settings))


def main() -> int:
    """Receive with the settings of the environment; the exit code is 2 if one of them is at fault."""
    try:
        serve(from_environment(os.environ))
    except (SettingsError, StoreError) as error:
        print(f"receiver: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
