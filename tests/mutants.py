"""A pytest plugin that tries mutants: each in a child of one process that has collected the tests once.

It runs in the folder ``mutants``, where mutmut has put the code with all mutants; a variable chooses one. The parent
runs no test: what the rules remember of texts would hide a mutant from its children.
"""

import ast
import gc
import json
import os
import re
import resource
import sys
import textwrap
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, cast

import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage

from connector.rules.text.language import _detector
from tests.builders import default_policy, office_p4

WHICH, AGAIN = "MUTANTS", "AGAIN"
"""Settings: patterns of mutants' names, and whether survivors are tried once more."""

SURVIVED, NOTICED, UNTOUCHED, WORDING, ENDLESS = 0, 1, 33, 34, 24
"""What came of a mutant, in the words of mutmut's exit codes: no test failed, one did, none runs what was changed, only
the words of a reason are others (that is not tried), and none had come to its end in many times the processor time that
the original takes."""

PATIENCE_S = 1.0
"""Processor time for the tests of other rules, the quickest first, after those of the rule's own file. A mutant that
survives them rarely dies later: what is left are long lives of tickets that pass by its function."""
LONGEST_S = 0.3
"""Tests that take longer are left out: laws with many examples, and whole weeks by the minute."""

_META = Path("connector/rules")
_CHOICE = "MUTANT_UNDER_TEST"


_LITERAL = re.compile(r"""[rbf]*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")


def is_wording(old: str, new: str) -> bool:
    """Whether nothing but sentences differ. In the code of rules, texts for people stand in messages; what has words
    and spaces there is a reason, which ``explain`` and the log show. A name of a field, mark or message has none.

    >>> is_wording('told("the ticket is over")', 'told("THE TICKET IS OVER")'), is_wording('x["at"]', 'x["AT"]')
    (True, False)
    """
    if _LITERAL.sub("''", old) != _LITERAL.sub("''", new):
        return False
    literals = zip(_LITERAL.finditer(old), _LITERAL.finditer(new), strict=True)
    changed = [was[0] for was, now in literals if was[0] != now[0]]
    return bool(changed) and all(re.search(r"[a-z]{2}.* | .*[a-z]{2}", was) for was in changed)


class Statement(NamedTuple):
    """Where a mutant differs from the original: a statement of a file, by the lines of its original."""

    file: str
    lines: range
    wording: bool
    """Only the words of a reason are others."""


def _used_by(module: ModuleType) -> frozenset[str]:
    return frozenset(getattr(value, "__module__", None) or "" for value in vars(module).values())


class Tests:
    """The collected tests: which statements of the rules each runs, and how long it takes."""

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        self.items = {item.nodeid: item for item in items}
        self.seconds: dict[str, float] = {}
        self.of_line: dict[str, dict[int, frozenset[str]]] = {}
        """For each file and line the tests that run it."""
        used = {item.path: _used_by(cast(pytest.Function, item).module) for item in items}
        self.uses = {item.nodeid: used[item.path] for item in items}
        """The modules of whose things the test's own module knows the names."""

    def measure(self) -> None:
        """Runs every test once on the original, in a child."""
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.close(reading)
            try:
                with os.fdopen(writing, "w") as pipe:
                    json.dump(self._measured(), pipe)
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            seconds, of_line = json.load(pipe)
        self.seconds = {name: taken for name, taken in seconds.items() if taken <= LONGEST_S}
        # Neighbouring lines share their set: what this process holds, each child costs.
        shared: dict[frozenset[str], frozenset[str]] = {}
        for file, lines in of_line.items():
            sets = {int(line): frozenset(self.seconds.keys() & names) for line, names in lines.items()}
            self.of_line[file] = {line: shared.setdefault(names, names) for line, names in sets.items()}
        os.wait()

    def _measured(self) -> tuple[dict[str, float], dict[str, dict[int, list[str]]]]:
        os.environ[_CHOICE] = ""
        loaded = [vars(module).values() for name, module in sys.modules.items() if name.startswith("connector.rules")]
        remembering = [it for values in loaded for it in values if hasattr(it, "cache_clear") and it is not _detector]
        seconds: dict[str, float] = {}
        coverage = Coverage(data_file=None, include=[f"{Path.cwd()}/connector/rules/*"], config_file=False)
        coverage.start()
        for name in self.items:
            # What is remembered from the test before hides lines that this one runs too.
            for function in remembering:
                function.cache_clear()
            coverage.switch_context(name)
            begun = time.process_time()
            if self.passes(name):
                seconds[name] = time.process_time() - begun
            else:
                print(f"left out, because it fails without a mutant: {name}", flush=True)
        coverage.stop()
        data = coverage.get_data()
        return seconds, {file: data.contexts_by_lineno(file) for file in data.measured_files()}

    def passes(self, name: str) -> bool:
        """Runs one test."""
        # What several tests share stays for the next.
        item = self.items[name]
        reports = runtestprotocol(item, log=False, nextitem=cast(pytest.Item, item.session))
        return not any(report.failed for report in reports)

    def running(self, statement: Statement) -> set[str]:
        """The tests that run any of a statement's lines."""
        of_line = self.of_line.get(statement.file, {})
        return set[str]().union(*(of_line.get(line, ()) for line in statement.lines))

    def turns(self, file: str, function: str) -> dict[str, int]:
        """The turn of each test of a function: the quickest for each way through it, then the second one, and so on."""
        of_line = self.of_line.get(file, {})
        ways: dict[str, list[int]] = defaultdict(list)
        for line in span_of(file, function):
            for name in of_line.get(line, ()):
                ways[name].append(line)
        taken = Counter[tuple[int, ...]]()
        turns = dict[str, int]()
        for name in sorted(ways, key=self.seconds.__getitem__):
            way = tuple(ways[name])
            turns[name], taken[way] = taken[way], taken[way] + 1
        return turns

    def in_order(self, mutant: str, statement: Statement, killers: Counter[str], turns: dict[str, int]) -> list[str]:
        """The tests for a mutant: what has noticed others of the function, the file's own, those of modules that use
        it by name, then all others by their turns, until patience ends."""
        module = function_of(mutant).rpartition(".")[0]
        own = f"/test_{module.rpartition('.')[2]}.py::"

        def key(name: str) -> tuple[int, bool, bool, int, float]:
            return -killers[name], own not in name, module not in self.uses[name], turns[name], self.seconds[name]

        left, chosen = PATIENCE_S, []
        for name in sorted(self.running(statement), key=key):
            if own not in name and not killers[name]:
                left -= self.seconds[name]
            if left < 0:
                break
            chosen.append(name)
        return chosen


def function_of(mutant: str) -> str:
    """The function of a mutant, as the trampoline names it."""
    return mutant.partition("__mutmut_")[0]


def original_of(mutant: str) -> str:
    """What the unchanged function of a mutant is called in the file of mutants."""
    return function_of(mutant).rpartition(".")[2] + "__mutmut_orig"


@cache
def _spans(file: str) -> dict[str, Any]:
    spans: dict[str, Any] = json.loads(Path(file + ".spans").read_text())["spans"]
    return spans


@cache
def _source(file: str) -> list[str]:
    return Path(file).read_text(encoding="utf-8").splitlines()


def span_of(file: str, function: str) -> range:
    """The lines of a function in a file of mutants."""
    first, last = _spans(file)[function]
    return range(first, last + 1)


@cache
def _statements(file: str, function: str) -> list[range]:
    """The lines of each statement of a function; of those that hold others, the lines before the first of them."""
    span = span_of(file, function)
    tree = ast.parse(textwrap.dedent("\n".join(_source(file)[line - 1] for line in span)))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.match_case):
            begins, ends = node.pattern.lineno, node.body[0].lineno
        elif isinstance(node, ast.stmt | ast.excepthandler):
            inner = getattr(node, "body", None)
            begins, ends = node.lineno, inner[0].lineno if inner else (node.end_lineno or node.lineno) + 1
        else:
            continue
        found.append(range(span.start + begins - 1, span.start + max(ends, begins + 1) - 1))
    return found


def statement_of(mutant: str, file: str) -> Statement:
    """Where a mutant differs from the original; the whole function if no statement of it does."""
    original, changed = span_of(file, original_of(mutant)), span_of(file, mutant.rpartition(".")[2])
    name, source = mutant.rpartition(".")[2], _source(file)
    pairs = ((old, source[old - 1], source[new - 1]) for old, new in zip(original, changed, strict=False))
    differ = [(line, was, now) for line, was, now in pairs if was != now.replace(name, original_of(mutant))]
    line = differ[0][0] if differ else original.stop - 1
    holding = [lines for lines in _statements(file, original_of(mutant)) if line in lines]
    wording = len(differ) == 1 and "/rules/text/" not in file and is_wording(*differ[0][1:])
    return Statement(file, min(holding, key=len, default=original), wording)


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Instead of running the tests: runs them for every mutant."""
    for policy in (default_policy(), office_p4()):
        for message in policy.messages.messages.values():
            _ = message._templates
    # What takes longer to load than most tests: the model of languages, and what a fixture of all tests imports.
    import_module("tests.contract.jira_specifications")
    _detector().detect("a text", model="lite")
    tests = Tests(session.items)
    tests.measure()
    gc.collect()
    gc.freeze()
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
    turns: dict[str, dict[str, int]] = {}
    file = str(meta.with_suffix("").absolute())

    def end_one() -> None:
        child, status = os.wait()
        mutant, pipe = running.pop(child)
        with os.fdopen(pipe) as told:
            killer = told.read()
        if killer:
            killers[original_of(mutant)][killer] += 1
        code = os.waitstatus_to_exitcode(status)
        results[mutant] = code if code >= 0 else ENDLESS

    for mutant in mutants:
        statement, function = statement_of(mutant, file), original_of(mutant)
        if function not in turns:
            turns[function] = tests.turns(file, function)
        if statement.wording or not tests.running(statement):
            results[mutant] = WORDING if statement.wording else UNTOUCHED
            continue
        while len(running) >= most:
            end_one()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            names = tests.in_order(mutant, statement, killers[function], turns[function])
            _be(mutant, tests, names, writing)
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
