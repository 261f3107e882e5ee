"""The receiver under granian: several processes with several threads each."""

import gc
import os
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Any

import structlog
from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from connector import logs, metrics, tracing
from connector.parent import end_with
from connector.ports import holder
from connector.settings import Settings, SettingsError, variable
from connector.work.table import WorkTable

from .app import create_app
from .desks import desks
from .front import Front
from .ops import Operations
from .receiver import open_receiver
from .reports import open_reports

log = structlog.get_logger("interspace")

_CONNECTIONS = 8_192
"""Of each process, at once."""
_FILES = 2 * _CONNECTIONS
_HEADERS_MS = 10_000
"""How long the headers of a request may take."""
_READ_BYTES = 32_768
"""As long as they are not complete, twice as much is held for each connection at most, whoever it is."""

_ENDING = (signal.SIGTERM, signal.SIGINT)


def serve(settings: Settings) -> None:
    """Receive until SIGTERM or SIGINT; requests under way are answered first. A process that dies is replaced.

    :raises SettingsError: there is no webhook secret, nothing can listen at the address, or there is no place for
        temporary files.
    :raises StoreError: the work table cannot be opened.
    :raises PolicyError: the files of panels and rules have mistakes.
    """
    settings.require_webhook_secret()
    address = address_of(settings)
    # Once before the fork, so that one process makes the schema and a wrong URL is reported before the port opens.
    with closing(WorkTable.open(settings.database_url.get_secret_value())) as table:
        open_reports(settings, table, desks(settings, table))
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    log.info("receiver starts", listens=f"http://{host}:{settings.port}")
    parent = os.getpid()

    def load() -> Flask:
        end_with(parent)
        return application(settings)

    run(settings, load, address)


def run(settings: Settings, load: Callable[[], Flask], address: str) -> None:
    """Run an application under granian; ``load`` is called in each process after it has started.

    ``address``: an IP address of this machine.
    """

    def fronted() -> Callable[..., Any]:
        threads, with_files = settings.receiver_threads, settings.intake_body_bytes
        return Front(load(), limit=settings.max_body_bytes, limit_with_files=with_files, threads=threads).__rsgi__

    _raise_file_limit()
    server = Granian(
        f"{__package__}.wsgi:app",
        address=address,
        port=settings.port,
        interface=Interfaces.RSGI,
        workers=settings.receiver_processes,
        backpressure=_CONNECTIONS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADERS_MS, max_buffer_size=_READ_BYTES),
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
    )
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_hold_back, after_in_parent=_let_through, after_in_child=_end_by_signals)
    with ExitStack() as counting:
        # The figures of a dead process stay, and any process can show those of all.
        try:
            counting.enter_context(metrics.together())
        except OSError as error:
            raise SettingsError(f"TMPDIR: no temporary directory can be written: {error.strerror}") from None
        server.serve(target_loader=fronted, wrap_loader=False)


def _raise_file_limit() -> None:
    """As many connections as the system lets this process have: those of slow senders take no places from others."""
    import resource  # missing on some systems, as is the signal handling above

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(_FILES, hard) if hard != resource.RLIM_INFINITY else _FILES
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _end_by_signals() -> None:
    """Let a signal end a process that has just been forked.

    It still has its parent's handlers, which would swallow the signal, and gets its own only after it has loaded.
    Until then nobody else could end it.
    """
    for number in _ENDING:
        signal.signal(number, signal.SIG_DFL)
    _let_through()


def _hold_back() -> None:
    """Keep signals to end waiting during a fork, so that none meets the parent's handlers in the new process."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)


def _let_through() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)


def address_of(settings: Settings) -> str:
    """The IP address to listen on, after a try: the server's own complaint comes late and as a traceback.

    :raises SettingsError: nothing can listen there.
    """
    try:
        family, *_, where = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except OSError as error:
        names = f"{variable('host')}, {variable('port')}"
        reason = f"{error.strerror or error}{holder(settings.port)}"
        raise SettingsError(f"{names}: cannot listen on {settings.host}:{settings.port}: {reason}") from None
    return str(where[0])


def application(settings: Settings) -> Flask:
    """The receiver as a WSGI application. Make it in the process that serves, after any fork."""
    logs.configure(settings)
    tracing.start("receiver")
    settings.require_webhook_secret()
    table = WorkTable.open(settings.database_url.get_secret_value())
    open_desk = desks(settings, table)
    made = create_app(open_receiver(settings, table, open_desk), Operations(settings, table, open_desk))
    # What is there now stays: the collector need not look through it again while requests wait.
    gc.freeze()
    return made
