"""The long runs: ``python -m tests.chaos [--kills 50] [--minutes 1] [--helpdesk NAME] [PART …]``.

Prints figures, fails if one is wrong. Parts: ``kills`` (P1), ``takeover`` (P13), ``machines``, ``rate``,
``stores`` (P1), ``memory`` (P23), ``drip``. All take about half an hour. Where no helpdesk is named, ``kills`` is done
on Zammad and on Jira Cloud, the others on Zammad.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event

from tests.chaos import drip, memory, refused_memory
from tests.chaos.cluster import LOOPBACK, SIZE, Cluster
from tests.chaos.drip import fed_by_drips
from tests.chaos.evidence import Evidence, Outcome
from tests.chaos.helpdesks import HELPDESKS
from tests.chaos.machines import HERE, Machine, namespaces, namespaces_are_permitted
from tests.chaos.memory import killed_by_a_ticket
from tests.chaos.rate import with_workers
from tests.chaos.refused_memory import without_more_memory
from tests.chaos.rounds import kill_and_restart
from tests.chaos.severable import way_to
from tests.chaos.stores import full, only_reading, outlive, small_disk, small_disks_are_permitted
from tests.chaos.takeover import after_end_of_lease
from tests.postgres import fresh_schema, running_server

_LATEST = timedelta(seconds=1)
_SWARM, _ROUNDS, _DRIPS = 120, 5, 80

Part = Callable[[argparse.Namespace, Path, str], Iterator[tuple[str, bool]]]


def main() -> None:
    """Everything that was asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *_PARTS], help="all, if none is named")
    parser.add_argument("--kills", type=int, default=50, help="how often everything is killed, each time")
    parser.add_argument("--helpdesk", action="append", choices=HELPDESKS, help="may be given several times")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long the database is cut off")
    parser.add_argument("--blows", type=int, default=10, help="how often a database writes nothing for a while")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments")
    options = parser.parse_args()
    right = True
    with running_server() as server:
        for name in options.parts or _PARTS:
            with tempfile.TemporaryDirectory(prefix="chaos-") as directory:
                for line, is_right in _PARTS[name](options, Path(directory), server):
                    print(f"{'      ' if is_right else 'WRONG '}{line}", flush=True)
                    right = right and is_right
    sys.exit(not right)


def _kills(options: argparse.Namespace, directory: Path, server: str) -> Iterator[tuple[str, bool]]:
    for kind in options.helpdesk or ("zammad", "jira-cloud"):
        for name, url, place in _databases(directory / kind, server):
            with HELPDESKS[kind]() as helpdesk:
                found = kill_and_restart(helpdesk, url, place, options.kills, options.seed)
            line = f"kill -9 of everything, {kind}, {name}: {found.kills} kills, {_shown(found.evidence)}"
            yield f"{line}; {_load(found)}", _is_right(found.evidence)


def _takeover(options: argparse.Namespace, directory: Path, server: str) -> Iterator[tuple[str, bool]]:
    for kind in options.helpdesk or ("zammad",):
        for name, url, place in _databases(directory / kind, server):
            with HELPDESKS[kind]() as helpdesk:
                late = after_end_of_lease(helpdesk, url, place)
            line = f"takeover by another process, {name}: {late.total_seconds():.2f} s after the lease"
            yield f"{line} ({kind})", late <= _LATEST


def _machines(options: argparse.Namespace, directory: Path, server: str) -> Iterator[tuple[str, bool]]:
    for kind in options.helpdesk or ("zammad",):
        place = directory / kind
        place.mkdir()
        yield _on_machines(options, kind, place, server)


def _on_machines(options: argparse.Namespace, kind: str, directory: Path, server: str) -> tuple[str, bool]:
    def hold() -> None:
        Event().wait(60 * options.minutes)

    with ExitStack() as closing:
        own, machines, where = _places(closing)
        helpdesk = closing.enter_context(HELPDESKS[kind](own))
        url = closing.enter_context(fresh_schema(server))
        way = closing.enter_context(way_to(url, own))
        cluster = Cluster(helpdesk, way, directory, closing, machines, options.seed)
        for _ in range(3):
            cluster.kill_in_turn()
        cluster.without(way.refuse, way.accept, hold)
        cluster.without(way.fall_silent, way.speak, hold)
        if machines is not LOOPBACK:
            for machine in machines:
                cluster.without(machine.unplug, machine.plug_in, lambda: Event().wait(10 * options.minutes))
        found = cluster.finish(url)
    line = f"{SIZE} receivers and {SIZE} workers, {kind}, {where}: {found.kills} kills, database refused and silent "
    line += f"for {options.minutes:g} min each, {_shown(found.evidence)}"
    return f"{line}; {_load(found)}", _is_right(found.evidence)


def _rate(options: argparse.Namespace, directory: Path, server: str) -> Iterator[tuple[str, bool]]:
    with ExitStack() as closing:
        own, machines, where = _places(closing)
        for kind in options.helpdesk or ("zammad",):
            helpdesk, alone = closing.enter_context(HELPDESKS[kind](own)), 0.0
            for count in range(1, SIZE + 1):
                place = directory / kind / str(count)
                place.mkdir(parents=True)
                with fresh_schema(server) as url, way_to(url, own) as way:
                    rate = with_workers(helpdesk, url, place, list(machines[SIZE : SIZE + count]), way.url)
                # Where the helpdesk's limit lies nobody knows beforehand; beyond one worker it must be.
                yield f"changed tickets, {kind}, {count} worker processes, {where}: {rate:.0f}/s", rate > alone
                alone = alone or rate


def _stores(options: argparse.Namespace, directory: Path, server: str) -> Iterator[tuple[str, bool]]:
    for kind in options.helpdesk or ("zammad",):
        place = directory / kind
        (place / "reading").mkdir(parents=True)
        with HELPDESKS[kind]() as helpdesk, fresh_schema(server) as url:
            blow = partial(only_reading, server)
            found = outlive(helpdesk, url, place / "reading", blow, options.blows, options.seed)
            yield _outlived(f"PostgreSQL only reads, {kind}", found)
        if not small_disks_are_permitted(place / "tried"):
            yield f"full disk, {kind}: not done (no file system may be mounted here)", True
            continue
        with HELPDESKS[kind]() as helpdesk, small_disk(place / "disk") as disk:
            url = f"sqlite:///{disk / 'work.sqlite3'}"
            found = outlive(helpdesk, url, place, partial(full, disk), options.blows, options.seed)
            yield _outlived(f"full disk, SQLite, {kind}", found)


def _outlived(what: str, found: Outcome) -> tuple[str, bool]:
    return f"{what}: {found.kills} times, {_shown(found.evidence)}; {_load(found)}", _is_right(found.evidence)


def _memory(options: argparse.Namespace, directory: Path, server: str) -> Iterator[tuple[str, bool]]:
    for kind in options.helpdesk or ("zammad",):
        for name in ("SQLite", "PostgreSQL"):
            rounds = []
            for number in range(_ROUNDS):
                own = directory / kind / name / str(number)
                own.mkdir(parents=True)
                with HELPDESKS[kind]() as helpdesk, _fresh(name, own, server) as fresh:
                    rounds.append(killed_by_a_ticket(helpdesk, fresh, own, _SWARM))
            line = f"workers killed by one ticket of {_SWARM}, {kind}, {name}: {len(rounds)} rounds of "
            line += f"{sorted({found.deaths for found in rounds})} deaths, "
            line += f"{sum(len(found.others.lost + found.all.lost) for found in rounds)} lost, "
            line += f"{sum(len(found.others.twice + found.all.twice) for found in rounds)} twice, "
            yield f"{line}{sum(found.seconds for found in rounds):.0f} s", all(map(memory.is_as_promised, rounds))
    refused = without_more_memory(directory, _SWARM)
    line = (
        f"a worker of which memory is refused, zammad, SQLite: {refused.errors} tickets tried again, {refused.deaths} "
    )
    line += f"workers ended, {refused.dead_letters} dead letters, {refused.not_written} of {refused.tickets} lost, "
    yield f"{line}{int(refused.twice)} twice, {refused.seconds:.0f} s", refused_memory.is_as_promised(refused)


def _drip(options: argparse.Namespace, directory: Path, server: str) -> Iterator[tuple[str, bool]]:
    for kind in options.helpdesk or ("zammad",):
        for name, url, place in _databases(directory / kind, server):
            with HELPDESKS[kind]() as helpdesk:
                found = fed_by_drips(helpdesk, url, place, _SWARM, _DRIPS)
            line = f"answers by drips, {kind}, {name}: {found.drips} given up after {found.longest_s:.2f} s at most "
            line += f"(deadline {drip.DEADLINE_S:g} s), {_shown(found.evidence)}, {found.seconds:.0f} s"
            yield line, drip.is_as_promised(found)


def _places(closing: ExitStack) -> tuple[str, tuple[Machine, ...], str]:
    if not namespaces_are_permitted():
        return HERE, LOOPBACK, "one address (namespaces are not permitted here)"
    own, made = closing.enter_context(namespaces(2 * SIZE))
    return own, tuple(made), "a network namespace each"


def _databases(directory: Path, server: str) -> Iterator[tuple[str, str, Path]]:
    for name in ("SQLite", "PostgreSQL"):
        place = directory / name
        place.mkdir(parents=True)
        with _fresh(name, place, server) as url:
            yield name, url, place


@contextmanager
def _fresh(name: str, place: Path, server: str) -> Iterator[str]:
    if name == "SQLite":
        yield f"sqlite:///{place / 'work.sqlite3'}"
    else:
        with fresh_schema(server) as url:
            yield url


def _is_right(evidence: Evidence) -> bool:
    for fault in (*evidence.lost, *evidence.twice):
        print(f"      {fault}", file=sys.stderr)
    return not evidence.lost and not evidence.twice and evidence.created > 0 and evidence.steps["level"] > 0


def _shown(evidence: Evidence) -> str:
    steps = ", ".join(f"{count} {name}" for name, count in sorted(evidence.steps.items()))
    return f"{len(evidence.lost)} lost, {len(evidence.twice)} twice ({steps}, {evidence.created} tickets created)"


def _load(found: Outcome) -> str:
    events = f"{found.acknowledged} events of {found.tickets} tickets acknowledged"
    return f"{events}, {found.refused} tries refused, {found.seconds:.0f} s"


_PARTS: dict[str, Part] = {"kills": _kills, "takeover": _takeover, "machines": _machines, "rate": _rate}
_PARTS |= {"stores": _stores, "memory": _memory, "drip": _drip}

if __name__ == "__main__":
    main()
