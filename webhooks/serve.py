"""The receiver under granian: several processes with several threads each."""

import gc
import signal
import socket
from collections.abc import Callable
from contextlib import closing
from functools import partial

import structlog
from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from connector import logs, metrics
from connector.settings import Settings, SettingsError, variable
from connector.work.table import WorkTable
from webhooks.app import create_app
from webhooks.receiver import open_receiver

log = structlog.get_logger("interspace")


def serve(settings: Settings) -> None:
    """Receive until SIGTERM or SIGINT; requests under way are answered first. A process that dies is replaced.

    :raises SettingsError: there is no webhook secret, nothing can listen at the address, or there is no place for
        temporary files.
    :raises StoreError: the work table cannot be opened.
    """
    settings.require_webhook_secret()
    address = _address(settings)
    # Once before the fork: the schema is made by one process, and a wrong URL is told before the port opens.
    WorkTable.open(settings.database_url.get_secret_value()).close()
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    log.info("receiver starts", listens=f"http://{host}:{settings.port}")
    run(settings, partial(application, settings), address)


def run(settings: Settings, load: Callable[[], Flask], address: str) -> None:
    """Run an application under granian; ``load`` is called in each process after it has started.

    ``address``: an IP address of this machine.
    """
    server = Granian(
        "webhooks.wsgi:app",
        address=address,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.receiver_processes,
        blocking_threads=settings.receiver_threads,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
    )
    # The figures of a dead process stay, and any process can show those of all.
    with metrics.together():
        server.serve(target_loader=partial(_loaded, load), wrap_loader=False)


def _loaded(load: Callable[[], Flask]) -> Flask:
    """In a new process of the server, which takes its parent's handlers along and its own only after this. The parent's
    would swallow a signal to end, and everybody would wait for a process that knows nothing of it."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    return load()


def _address(settings: Settings) -> str:
    """The IP address to listen on, after a try: the server's own complaint comes late and as a traceback."""
    try:
        family, *_, where = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except OSError as error:
        names = f"{variable('host')}, {variable('port')}"
        reason = error.strerror or str(error)
        raise SettingsError(f"{names}: cannot listen on {settings.host}:{settings.port}: {reason}") from None
    return str(where[0])


def application(settings: Settings) -> Flask:
    """The receiver as a WSGI application. Make it in the process that serves, after any fork."""
    logs.configure(settings)
    made = create_app(open_receiver(settings))
    # What is there now stays: the collector need not look through it again while requests wait.
    gc.freeze()
    return made
