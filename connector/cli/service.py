"""``interspace run``, ``receive`` and ``work``: the long-running commands."""

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import structlog

from connector import metrics, tracing
from connector.cli.options import HELPDESK, RULES, TELLING, as_environment, helpdesk_option, settings_options
from connector.cli.reload import open_rules, reload_on_sighup
from connector.cli.sections import command
from connector.cli.supervisor import Part, supervise
from connector.cli.ways import check_ways, open_ways
from connector.cli.wiring import identity_of, open_table
from connector.helpdesks.errors import HelpdeskError, TransientError
from connector.helpdesks.helpdesk import Helpdesk
from connector.helpdesks.registry import plugin
from connector.helpdesks.settings import TOKEN_ENDS_SOON, HelpdeskSettings
from connector.helpdesks.versions import doubt
from connector.outgoing.courier import Courier
from connector.parent import end_first, end_with_supervisor, pulse
from connector.policy.models import Policy
from connector.ports import holder
from connector.receiver import address_of, serve
from connector.settings import Settings, SettingsError, variable
from connector.work.admission import admit, in_force
from connector.work.errand import SweepSchedule
from connector.work.errors import StoreError, StoreUnavailable
from connector.work.figures import WorkTableRows
from connector.work.table import Home, WorkTable
from connector.work.watch import Watch
from connector.work.worker import Worker

log = structlog.get_logger("interspace")

_INTAKE = ("public_url", "panels", "intake_body_bytes", "intake_per_minute", "intake_person_per_minute")
_RECEIVER = ("host", "port", "receiver_processes", "receiver_threads", "settle_seconds", "max_body_bytes", *_INTAKE)
_PAGE = ("ops_url", "ops_user_header", "ops_proxies")
_METRICS = ("worker_metrics_port", "worker_metrics_host")
_WORKER = (
    *RULES,
    TELLING,
    "panels",
    HELPDESK,
    "worker_threads",
    "worker_rate",
    "largest_change",
    "sweep_minutes",
    *_METRICS,
)
_OF_RUN = ("worker_processes",)
_ASK_AGAIN_S = 5.0
_LAST_DELIVERY_S = 20.0
_PROGRAM = (sys.executable, "-m", "connector")


@command()
@settings_options(*dict.fromkeys((*_RECEIVER, *_PAGE, *_WORKER, *_OF_RUN)))
def run(settings: Settings) -> None:
    """Receive webhooks and work on tickets.

    Until SIGTERM or Ctrl-C; then what has begun is finished. Each helpdesk whose address is set has worker processes; a
    process that dies is started again. On SIGHUP policy, catalogue, mapping and receivers are read again.

    Needs INTERSPACE_{HELPDESK}_URL, …_TOKEN and …_WEBHOOK_SECRET (or …_FILE), or the same for another helpdesk.

    \b
    Examples:
      interspace run
      interspace run --{helpdesk}-url https://support.example.com --port 8080
    """
    # All parts are checked before one starts, so that a mistake is one message.
    served = settings.helpdesks or (settings.helpdesk(None),)
    for helpdesk in served:
        settings.require_webhook_secret(helpdesk)
    for helpdesk in served:
        open_rules(settings, helpdesk)
    listens = address_of(settings)
    check_ways(settings)
    open_table(settings).close()
    receiver = Part("receiver", (*_PROGRAM, "receive"), as_environment(settings), asked_at=asked_at(listens, settings))
    sys.exit(supervise([receiver, *workers(settings, served, os.cpu_count() or 1)]))


@command()
@settings_options(*_RECEIVER, *_PAGE, *RULES)
def receive(settings: Settings) -> None:
    """Only receive webhooks.

    Any number of receivers may share the work table. Each helpdesk with a webhook secret has its hook, such as
    /webhooks/{helpdesk}/main. For whoever watches: /healthz, /readyz and /metrics.

    \b
    Example:
      interspace receive --host 0.0.0.0 --port 8080
    """
    end_with_supervisor()
    serve(settings)


@command()
@helpdesk_option()
@settings_options(*_WORKER)
def work(settings: Settings, *, helpdesk: str | None) -> None:
    """Only work on tickets.

    Any number of workers may share the work table; each works for one helpdesk. On SIGHUP policy, catalogue, mapping
    and receivers are read again; if something is wrong with them, the log says what, and the old ones stay.

    \b
    Examples:
      interspace work --worker-threads 32
      interspace work --helpdesk {helpdesk}
    """
    end_with_supervisor()
    end_first()
    served = settings.helpdesk(helpdesk)
    # Whatever is wrong with settings or rules is said before there is a work table.
    open_rules(settings, served)
    check_ways(settings)
    tracing.start("worker")
    table = open_table(settings)
    desk, policy = open_rules(settings, served, table.now)
    _show_figures(settings, table)
    _tell_of_token(settings.of(served))
    watch = Watch(table, served, settings.of(served).token_ends)
    home, stopped = _admitted(table, desk, watch)
    if stopped:
        return
    since = home.since if home else None
    policy = in_force(policy, since)
    schedule = SweepSchedule(
        sweep=timedelta(minutes=settings.sweep_minutes),
        after_write=plugin(served).sweep_after_write,
        largest_change=settings.largest_change,
    )
    ways = open_ways(settings, desk, table)
    courier = Courier(table, served, ways.deliver)
    worker = Worker(
        table,
        desk,
        policy,
        threads=settings.worker_threads,
        rate=settings.worker_rate,
        schedule=schedule,
        pulse=pulse(),
        watch=watch,
        tellers=ways.tellers,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())

    def open_again() -> tuple[Helpdesk, Policy]:
        desk, policy = open_rules(settings, served, table.now)
        worker.tellers, courier.deliver = open_ways(settings, desk, table)
        return desk, in_force(policy, since)

    reload_on_sighup(worker, open_again)
    log.info("worker started", helpdesk=desk.name, policy=policy.version, threads=settings.worker_threads)
    with delivering(courier):
        worker.run()
    table.close()
    log.info("worker stopped", helpdesk=desk.name)
    if worker.exposed is not None:
        raise worker.exposed
    if worker.hangs:
        sys.exit(1)


@contextmanager
def delivering(courier: Courier) -> Iterator[None]:
    """What has to be told outside is delivered until the context ends. What has begun then is finished, if it does not
    take long: whoever dies over one tells it again."""
    thread = threading.Thread(target=courier.run, name="courier", daemon=True)
    thread.start()
    try:
        yield
    finally:
        courier.stop()
        thread.join(_LAST_DELIVERY_S)


def _admitted(table: WorkTable, desk: Helpdesk, watch: Watch) -> tuple[Home | None, bool]:
    """The helpdesk of the work table, once it has answered, and whether SIGTERM came before that.

    :raises WrongAccountError, RefusedAdmissionError: nothing may be done here.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    while not stopping.is_set():
        try:
            identity = identity_of(desk.name, desk)
            home = admit(table, desk.name, identity) if identity else None
            _say_version(desk)
        except (TransientError, StoreUnavailable) as error:
            _tell_why(watch, error)
            stopping.wait(_ASK_AGAIN_S)
        except (HelpdeskError, StoreError) as error:
            _tell_why(watch, error)
            raise
        else:
            if home is not None and home.since is not None:
                log.info("the rules hold for tickets created from then on", helpdesk=desk.name, since=str(home.since))
            return home, False
    return None, True


def _tell_why(watch: Watch, error: HelpdeskError | StoreError) -> None:
    """So that whoever asks for health hears of it, although this worker does nothing yet."""
    log.error("not started yet: the helpdesk or the work table does not answer", cause=str(error))
    if isinstance(error, HelpdeskError):
        watch.fails(str(error))
    with suppress(StoreError):
        watch.tell()


def _say_version(desk: Helpdesk) -> None:
    """Whether the helpdesk's version is one of those that were proved. It is no reason not to start."""
    asked, told = plugin(desk.name).version, None
    if asked is None:
        return
    with suppress(HelpdeskError):
        told = asked(desk)
    if told is None:
        log.info("the helpdesk tells its version to admins only: interspace doctor says whether it was proved")
    elif (why := doubt(desk.name, told)) is not None:
        log.warning("the helpdesk's version was not proved", helpdesk=desk.name, version=told, what_follows=why)
    else:
        log.info("the helpdesk's version was proved", helpdesk=desk.name, version=told)


def asked_at(listens: str, settings: Settings) -> str:
    """Where this machine asks the receiver whether it lives, however many addresses it listens on."""
    address = ip_address(listens)
    if address.is_unspecified:
        address = ip_address("127.0.0.1" if address.version == 4 else "::1")
    return f"http://{address if address.version == 4 else f'[{address}]'}:{settings.port}/healthz"


def workers(settings: Settings, served: Sequence[str], cores: int) -> list[Part]:
    """The worker processes of all helpdesks. Those of one share its threads and rate: what the helpdesk has to bear
    does not grow with the cores."""
    threads, rate, port = settings.worker_threads, settings.worker_rate, settings.worker_metrics_port
    wanted = settings.worker_processes or max(1, cores - 1)
    processes = min(wanted, threads)
    parts = list[Part]()
    for helpdesk in served:
        for number in range(processes):
            environment = as_environment(settings)
            own = threads // processes + (number < threads % processes)
            environment |= {variable("worker_threads"): str(own), variable("worker_rate"): str(rate / processes)}
            if port is not None:
                # Each has a port of its own for its figures.
                environment[variable("worker_metrics_port")] = str(port + len(parts))
            name = f"worker {helpdesk}" if processes == 1 else f"worker {helpdesk} {number + 1}"
            parts.append(Part(name, (*_PROGRAM, "work", "--helpdesk", helpdesk), environment, reloads=True))
    return parts


def _show_figures(settings: Settings, table: WorkTable) -> None:
    host, port = settings.worker_metrics_host, settings.worker_metrics_port
    if port is None:
        return
    try:
        metrics.serve(host, port, WorkTableRows(table.counts, health=table.health.all, tellings=table.tellings.counts))
    except OSError as error:
        reason = error.strerror or str(error)
        names = variable("worker_metrics_port")
        raise SettingsError(f"{names}: cannot listen on {host}:{port}: {reason}{holder(port)}") from None


def _tell_of_token(own: HelpdeskSettings) -> None:
    """In time before the token ends, so that somebody makes a new one; the figure of its end is always there."""
    if own.token_ends is not None and own.token_ends - datetime.now(UTC).date() <= TOKEN_ENDS_SOON:
        named = own.variable("token_ends")
        log.warning(
            "the helpdesk's token ends soon: make a new one", helpdesk=own.HELPDESK, **{named: str(own.token_ends)}
        )
