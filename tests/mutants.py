"""A pytest plugin that tries mutants: each in a child of one process that has collected the tests once.

It runs in the folder ``mutants``, where mutmut has put the code with all mutants; a variable chooses one. The parent
runs no test: what the rules remember of texts would hide a mutant from its children.
"""

import gc
import json
import os
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, cast

import pytest
from _pytest.runner import runtestprotocol
from mutmut.mutation import trampoline

from tests.builders import default_policy, office_p4

WHICH, AGAIN = "MUTANTS", "AGAIN"
"""Settings: patterns of mutants' names, and whether survivors are tried once more."""

SURVIVED, NOTICED, UNTOUCHED, ENDLESS = 0, 1, 33, 24
"""What came of a mutant, in the words of mutmut's exit codes: no test failed, one did, none runs the function, and none
had come to its end in many times the processor time that the original takes."""

PATIENCE_S = 1.0
"""Processor time for the tests of other rules, the quickest first, after those of the rule's own file. A mutant that
survives them rarely dies later: what is left are long lives of tickets that pass by its function."""
LONGEST_S = 0.3
"""Tests that take longer are left out: laws with many examples, and whole weeks by the minute."""

_META = Path("connector/rules")
_CHOICE = "MUTANT_UNDER_TEST"


class Tests:
    """The collected tests: what each runs and how long it takes."""

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        self.items = {item.nodeid: item for item in items}
        self.seconds: dict[str, float] = {}
        self.of_function: dict[str, list[str]] = defaultdict(list)

    def measure(self) -> None:
        """Runs every test once on the original, in a child."""
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.close(reading)
            try:
                with os.fdopen(writing, "w") as pipe:
                    for measured in self._measured():
                        pipe.write(json.dumps(measured) + "\n")
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            for line in pipe:
                name, seconds, functions = json.loads(line)
                if seconds <= LONGEST_S:
                    self.seconds[name] = seconds
                    for function in functions:
                        self.of_function[function].append(name)
        os.wait()

    def _measured(self) -> Iterator[tuple[str, float, list[str]]]:
        hits: set[str] = set()
        vars(trampoline)["record_trampoline_hit"] = lambda name, **_: hits.add(name)
        os.environ[_CHOICE] = "stats"
        for name in self.items:
            hits.clear()
            begun = time.process_time()
            if self.passes(name):
                yield name, time.process_time() - begun, sorted(hits)
            else:
                print(f"left out, because it fails without a mutant: {name}", flush=True)

    def passes(self, name: str) -> bool:
        """Runs one test."""
        # What several tests share stays for the next.
        item = self.items[name]
        reports = runtestprotocol(item, log=False, nextitem=cast(pytest.Item, item.session))
        return not any(report.failed for report in reports)

    def in_order(self, mutant: str, killers: Counter[str]) -> Iterator[str]:
        """The tests for a mutant: what has noticed others of the function, the file's own, then the quick ones."""
        function = function_of(mutant)
        own = f"test_{function.split('.')[-2]}.py::"
        names = self.of_function[function]

        def key(name: str) -> tuple[int, bool, float]:
            return -killers[name], f"/{own}" not in name, self.seconds[name]

        left = PATIENCE_S
        for name in sorted(names, key=key):
            if f"/{own}" not in name and not killers[name]:
                left -= self.seconds[name]
            if left < 0:
                return
            yield name


def function_of(mutant: str) -> str:
    """The function of a mutant, as the trampoline names it."""
    return mutant.partition("__mutmut_")[0]


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Instead of running the tests: runs them for every mutant."""
    for policy in (default_policy(), office_p4()):
        for message in policy.messages.messages.values():
            _ = message._templates
    tests = Tests(session.items)
    gc.collect()
    gc.freeze()
    tests.measure()
    left_out = len(tests.items) - len(tests.seconds)
    print(f"\n{len(tests.seconds)} tests, {sum(tests.seconds.values()):.0f} s; left out: {left_out}", flush=True)
    for meta, mutants in _chosen(os.environ[WHICH].split()):
        _try(tests, meta, mutants)
    return True


def _chosen(patterns: Sequence[str]) -> Iterator[tuple[Path, list[str]]]:
    """Per file the mutants that have no result yet, in the order of the patterns."""
    open_codes = (None, UNTOUCHED, *((SURVIVED,) if os.environ.get(AGAIN) else ()))
    begun = set[str]()
    for pattern in patterns:
        for meta in sorted(_META.rglob("*.meta")):
            codes = json.loads(meta.read_text())["exit_code_by_key"]
            fitting = [name for name, code in codes.items() if code in open_codes and fnmatch(name, pattern)]
            if mutants := [name for name in fitting if name not in begun]:
                begun.update(mutants)
                yield meta, mutants


def _try(tests: Tests, meta: Path, mutants: Sequence[str]) -> None:
    """The mutants of one file, several at once."""
    asked = os.environ.get("WORKERS", "")
    most = int(asked) if asked.isdecimal() else os.cpu_count() or 1
    running: dict[int, tuple[str, int]] = {}
    killers: dict[str, Counter[str]] = defaultdict(Counter)
    results: dict[str, int] = {}

    def end_one() -> None:
        child, status = os.wait()
        mutant, pipe = running.pop(child)
        with os.fdopen(pipe) as told:
            killer = told.read()
        if killer:
            killers[function_of(mutant)][killer] += 1
        code = os.waitstatus_to_exitcode(status)
        results[mutant] = code if code >= 0 else ENDLESS

    for mutant in mutants:
        if not tests.of_function[function_of(mutant)]:
            results[mutant] = UNTOUCHED
            continue
        while len(running) >= most:
            end_one()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            _be(mutant, tests, list(tests.in_order(mutant, killers[function_of(mutant)])), writing)
        os.close(writing)
        running[child] = mutant, reading
        if len(results) % 50 == 49:
            _save(meta, results)
    while running:
        end_one()
    _save(meta, results)
    print(meta.with_suffix(""), dict(Counter(results.values())), flush=True)


def _be(mutant: str, tests: Tests, names: Sequence[str], pipe: int) -> None:
    """Ends this process: with ``NOTICED``, and the name of the test that did in the pipe, or with ``SURVIVED``."""
    seconds = int(10 * sum(tests.seconds[name] for name in names)) + 20
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    os.environ[_CHOICE] = mutant
    gc.disable()
    code = NOTICED
    try:
        killer = next((name for name in names if not tests.passes(name)), None)
        if killer is None:
            code = SURVIVED
        else:
            os.write(pipe, killer.encode())
    finally:
        os._exit(code)


def _save(meta: Path, results: dict[str, int]) -> None:
    held: dict[str, Any] = json.loads(meta.read_text())
    held["exit_code_by_key"].update(results)
    meta.write_text(json.dumps(held, indent=4))
