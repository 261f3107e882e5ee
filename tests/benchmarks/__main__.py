"""All benchmarks in one table: ``python -m tests.benchmarks [--quick] [--long] [--json | --markdown] [--write FILE]``.

Names of parts measure only these. All take some twelve minutes, with ``--quick`` three, with ``--long`` an hour more.
Leave the machine alone meanwhile: senders, servers and workers share its cores. ``--quick`` takes less of everything,
a tenth of the deadlines and no takeover; its figures are for a first look only. A part that fails or hangs is a row
that says so.
"""

import argparse
import json
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks import (
    bench_agent,
    bench_bursts,
    bench_calls,
    bench_documents,
    bench_evaluate,
    bench_form,
    bench_health,
    bench_intake,
    bench_long_answers,
    bench_memory,
    bench_noop,
    bench_outage,
    bench_reaction,
    bench_reading,
    bench_receiver,
    bench_simulate,
    bench_start,
    bench_sweep,
    bench_table,
    bench_worker,
    machine,
)
from tests.benchmarks.report import Row, failure, markdown, show
from tests.benchmarks.takeover_in_background import takeover

Part = Callable[[argparse.Namespace], Iterator[Row]]

_LONGEST_PART_S = 400


def main() -> None:
    """Measure everything, one after the other, and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[[], *_PARTS], metavar="PART", help=f"of: {', '.join(_PARTS)}")
    parser.add_argument("--quick", action="store_true", help="less of everything, no takeover")
    parser.add_argument("--long", action="store_true", help="an hour of load for the memory")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put that table into docs/benchmarks.md, too")
    parser.add_argument("--markdown", action="store_true", help="print the table as the docs hold it")
    options = parser.parse_args()
    options.takeover = None
    began, where = time.monotonic(), machine.named()
    rows = list[Row]()
    with ExitStack() as stack:
        for name in options.parts or _PARTS:
            if name == _CALM and not options.quick:
                options.takeover = stack.enter_context(takeover())
            rows += _measured(name, options)
    line = f"{where}; {time.monotonic() - began:.0f} s in all"
    if options.json:
        print(json.dumps({"machine": line, "rows": [row.as_dict() for row in rows]}, indent=2))
    elif options.markdown:
        print(f"{line}\n\n{markdown(rows)}", end="")
    else:
        show(rows)
        print(line)
    if options.write:
        _write(options.write, f"{line}.\n\n{markdown(rows)}")


def _write(page: Path, found: str) -> None:
    """Between the marks of the last run."""
    text, count = _TABLE.subn(lambda marks: marks[1] + found + marks[2], page.read_text(encoding="utf-8"))
    if not count:
        print(f"{page} has no place for the table: two lines that mark the last run", file=sys.stderr)
    page.write_text(text, encoding="utf-8")


def _measured(name: str, options: argparse.Namespace) -> list[Row]:
    """The part's rows. What goes wrong in it is one more row."""
    began, rows = time.monotonic(), list[Row]()
    length = _LONGEST_PART_S + bench_memory.LONG * options.long
    try:
        with _no_longer_than(length):
            for row in _PARTS[name](options):
                rows.append(row)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the other figures do not depend on it
        rows.append(failure(name, f"{type(error).__name__}: {error}"))
    print(f"{name}: {len(rows)} rows, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return rows


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    """Raises TimeoutError after ``seconds``, wherever the main thread is then."""

    def give_up(*_: Any) -> None:
        raise TimeoutError(f"not done after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _of(rows: Callable[..., Iterator[Row] | list[Row]]) -> Part:
    return lambda options: iter(rows(quick=options.quick))


def _memory(options: argparse.Namespace) -> Iterator[Row]:
    seconds = bench_memory.LONG if options.long else bench_memory.SECONDS
    return bench_memory.rows(quick=options.quick and not options.long, seconds=seconds)


def _takeover(options: argparse.Namespace) -> Iterator[Row]:
    if options.quick:
        return
    if options.takeover is not None:
        yield from options.takeover.rows()
        return
    with takeover() as started:
        yield from started.rows()


_PARTS: dict[str, Part] = {
    "receiver": _of(bench_receiver.rows),
    "intake": _of(bench_intake.rows),
    "form": _of(bench_form.rows),
    "worker": _of(bench_worker.rows),
    "workers": _of(bench_worker.rows_of_many),
    "run": _of(bench_worker.rows_of_run),
    "reaction": _of(bench_reaction.rows),
    "noop": _of(bench_noop.rows),
    "agent": _of(bench_agent.rows),
    "long-answers": _of(bench_long_answers.rows),
    "outage": _of(bench_outage.rows),
    "bursts": _of(bench_bursts.rows),
    "health": _of(bench_health.rows),
    "deadlines": _of(bench_table.rows),
    "start": _of(bench_start.rows),
    "memory": _memory,
    "calls": _of(bench_calls.rows),
    "evaluate": _of(bench_evaluate.rows),
    "simulate": _of(bench_simulate.rows),
    "documents": _of(bench_documents.rows),
    "reading": _of(bench_reading.rows),
    "sweep": _of(bench_sweep.rows),
    "takeover": _takeover,
}

_CALM = "memory"
"""From here on the takeover waits for the end of a lease, beside what is counted or measured in processor time."""

_TABLE = re.compile(r"(<!-- last run -->\n).*?(<!-- end of last run -->\n)", re.DOTALL)

if __name__ == "__main__":
    main()
