"""Mutation run over the rules: small changes are made to the code one at a time, and some unit test must notice each.

``make mutate`` goes on where it was stopped and repeats only what has changed; ``make mutate
ONLY='connector.rules.rfo*'`` runs a part, ``AGAIN=1`` tries survivors once more after tests were added. mutmut makes
the mutants, ``tests.mutants`` tries them. The result stands in docs/mutation.md, as data in mutants/result.json.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from tests.mutants import ENDLESS, NOTICED, WORDING

ROOT = Path(__file__).resolve().parents[1]
MUTANTS = ROOT / "mutants"
REPORT, RESULT = ROOT / "docs" / "mutation.md", MUTANTS / "result.json"
REASONS = Path(__file__).with_suffix(".yaml")
"""Why survivors are left alive: see :class:`Reasons`; changes as the report shows them."""
_TRIAL = ("-m", "pytest", "-qs", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "tests.mutants")
_QUIET = ("--tb=native", "--assert=plain")
"""To show why a test fails takes a hundred times as long as the test."""
_TESTS = ("-m", "not slow", "tests/unit/rules")


class Survivor(NamedTuple):
    """A change that no unit test of the rules notices."""

    function: str
    change: str
    wording: bool
    """Only the words of a reason are others: see :func:`tests.mutants.is_wording`."""


class Scored(NamedTuple):
    """What came of the mutants of one file."""

    file: str
    noticed: int
    """By a test, or because it did not end in ten times the processor time."""
    survivors: list[Survivor]
    untried: int

    @property
    def tried(self) -> int:
        """How many have a result."""
        return self.noticed + len(self.survivors)


def main() -> None:
    """Makes the mutants, tries them, then writes the report."""
    _make_mutants()
    settings = {"MUTANTS": " ".join(sys.argv[1:]) or "connector.rules.*"}
    command = [sys.executable, *_TRIAL, *_QUIET, *_TESTS]
    ended = subprocess.run(command, cwd=MUTANTS, env={**os.environ, **settings}, check=False)
    files = [scored for scored in sorted(_read(), key=lambda scored: scored.file) if scored.tried or scored.untried]
    REPORT.write_text(report(files, Reasons(**yaml.safe_load(REASONS.read_text(encoding="utf-8")))), encoding="utf-8")
    RESULT.write_text(json.dumps([scored._asdict() for scored in files], indent=1), encoding="utf-8")
    noticed, tried = sum(scored.noticed for scored in files), sum(scored.tried for scored in files)
    print(f"{noticed} of {tried} mutants noticed; see {REPORT.relative_to(ROOT)}")
    sys.exit(ended.returncode)


def _make_mutants() -> None:
    """What has changed since the last time loses its results."""
    from mutmut.__main__ import create_mutants
    from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir

    os.chdir(ROOT)
    MUTANTS.mkdir(exist_ok=True)
    shutil.rmtree(MUTANTS / "tests", ignore_errors=True)
    copy_src_dir()
    copy_also_copy_files()
    create_mutants(os.cpu_count() or 1)


def _read() -> Iterator[Scored]:
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    for meta in (MUTANTS / "connector" / "rules").rglob("*.meta"):
        codes: dict[str, int | None] = json.loads(meta.read_text())["exit_code_by_key"]
        file = str(meta.with_suffix("").relative_to(MUTANTS))
        if not (ROOT / file).exists():
            continue
        alive = {name: code for name, code in codes.items() if code not in (None, NOTICED, ENDLESS)}
        survivors = [
            _survivor(name, get_diff_for_mutant(name, path=file), code == WORDING) for name, code in alive.items()
        ]
        results = Counter(codes.values())
        yield Scored(file, results[NOTICED] + results[ENDLESS], survivors, results[None])


def _survivor(name: str, diff: str, wording: bool) -> Survivor:
    changed = [line for line in diff.splitlines() if re.match(r"[-+](?![-+])", line)]
    old, new = (" ".join(line[1:].strip() for line in changed if line[0] == sign) for sign in "-+")
    function = name.removeprefix("connector.rules.").partition("__mutmut_")[0]
    function = re.sub(r"\bx_", "", re.sub(r"\bxǁ(.*)ǁ", r"\1.", function))
    return Survivor(function, f"{old} → {new}", wording)


def report(files: list[Scored], reasons: "Reasons") -> str:
    """The text of docs/mutation.md."""
    lines = [
        "# Mutation score of the rules",
        "",
        "Made by `make mutate`: every comparison, constant, argument and return of `connector/rules` is changed, one",
        "at a time, and the unit tests of the rules must notice: those that run the changed line, the file's own",
        "first, then for a second one for each way through the function, and so on. *Wording*: survivors where only",
        "the words of a reason are others, as `explain` and the log show it; the last score leaves them out. What has",
        "changed since the last run is tried anew by the next; numbers here are those of the run.",
        "",
        "| file | mutants | noticed | survived | of these wording | score | without wording | untried |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [_row(*scored) for scored in files]
    everything = [survivor for scored in files for survivor in scored.survivors]
    noticed, untried = (sum(counts) for counts in zip(*((each.noticed, each.untried) for each in files), strict=True))
    total = Scored("**all**", noticed, everything, untried)
    lines += [_row(*total), ""]
    if total.untried:
        lines += [f"{total.untried} were not tried yet: `make mutate` goes on with them.", ""]
    why = {(it.function, it.change): _why(it, reasons) for it in everything if not it.wording}
    kinds = Counter(each for each in why.values() if each in reasons.kinds)
    lines += ["## Survivors that are left alive, and why", "", "By kind:", ""]
    lines += [f"- {count}: {kind}" for kind, count in kinds.most_common()]
    lines += ["", "One by one:", ""]
    lines += [
        f"- `{at}`: `{change.replace('`', '')}`: {each}"
        for (at, change), each in why.items()
        if each and each not in reasons.kinds
    ]
    lines += ["", "## Survivors that nobody has examined", ""]
    lines += ["By function; what was changed stands in `mutants/result.json` after a run.", ""]
    unknown = Counter(function for (function, _), each in why.items() if not each)
    for scored in files:
        own = [f"`{at}` {unknown[at]}" for at in dict.fromkeys(it.function for it in scored.survivors) if unknown[at]]
        left = reasons.files.get(scored.file.removeprefix("connector/rules/"), "")
        lines += [f"- {', '.join(own)}{f': {left}' if left else ''}"] if own else []
    return "\n".join(lines) + "\n"


class Reasons(NamedTuple):
    """Why survivors are left alive, as tests/mutation.yaml says it."""

    kinds: dict[str, str]
    """Why, and a pattern of whole changes."""
    files: dict[str, str]
    """What is left of a file, in a sentence."""
    functions: dict[str, dict[str, str]]
    """For each function a change and why; ``*``: every change."""


def _why(survivor: Survivor, reasons: Reasons) -> str:
    """Why it may live; empty if nobody has said so."""
    of_function = reasons.functions.get(survivor.function, {})
    own = of_function.get(survivor.change) or of_function.get("*")
    return own or next((why for why, kind in reasons.kinds.items() if re.fullmatch(kind, survivor.change)), "")


def _row(file: str, noticed: int, survivors: list[Survivor], untried: int) -> str:
    tried = noticed + len(survivors)
    wording = sum(survivor.wording for survivor in survivors)
    scores = (f"{100 * noticed / of:.0f} %" if of else "–" for of in (tried, tried - wording))
    counts = (tried + untried, noticed, len(survivors), wording, *scores, untried)
    return f"| {' | '.join(map(str, (file, *counts)))} |"


if __name__ == "__main__":
    main()
