"""Mutation run over the rules: small changes are made to the code one at a time, and some unit test must notice each.

``make mutate`` goes on where it was stopped and repeats only what has changed; ``make mutate
ONLY='connector.rules.rfo*'`` runs a part. The result stands in docs/mutation.md, as data in mutants/result.json.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[1]
REPORT, RESULT = ROOT / "docs" / "mutation.md", ROOT / "mutants" / "result.json"
REASONS = Path(__file__).with_suffix(".yaml")
"""Why survivors are left alive: lines `function: {change: why}`, changes as the report shows them."""
NOTICED = frozenset({1, 3, 24, 36, 152, 255, -24})
"""Exit codes of mutmut for a mutant that made a test fail or never end."""
_LITERAL = re.compile(r"""[rbf]*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")


class Survivor(NamedTuple):
    """A change that no unit test of the rules notices."""

    function: str
    change: str
    wording: bool
    """Only a text between quotation marks is another one."""


class Scored(NamedTuple):
    """What came of the mutants of one file."""

    file: str
    noticed: int
    survivors: list[Survivor]
    untried: int

    @property
    def tried(self) -> int:
        """How many have a result."""
        return self.noticed + len(self.survivors)


def main() -> None:
    """Runs mutmut in the root of the repository, then writes the report."""
    # Which test runs which function is measured anew: mutmut cannot add tests whose names hold a bracket.
    (ROOT / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    ended = subprocess.run([sys.executable, "-m", "mutmut", "run", *sys.argv[1:]], cwd=ROOT, check=False)
    files = [scored for scored in sorted(_read(), key=lambda scored: scored.file) if scored.tried or scored.untried]
    REPORT.write_text(report(files, yaml.safe_load(REASONS.read_text(encoding="utf-8")) or {}), encoding="utf-8")
    RESULT.write_text(json.dumps([scored._asdict() for scored in files], indent=1), encoding="utf-8")
    noticed, tried = sum(scored.noticed for scored in files), sum(scored.tried for scored in files)
    print(f"{noticed} of {tried} mutants noticed; see {REPORT.relative_to(ROOT)}")
    sys.exit(ended.returncode)


def _read() -> Iterator[Scored]:
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    for meta in (ROOT / "mutants" / "connector" / "rules").rglob("*.meta"):
        codes: dict[str, int | None] = json.loads(meta.read_text())["exit_code_by_key"]
        file = str(meta.with_suffix("").relative_to(ROOT / "mutants"))
        alive = [name for name, code in codes.items() if code is not None and code not in NOTICED]
        survivors = [_survivor(name, get_diff_for_mutant(name, path=file)) for name in alive]
        untried = sum(code is None for code in codes.values())
        yield Scored(file, len(codes) - untried - len(alive), survivors, untried)


def _survivor(name: str, diff: str) -> Survivor:
    changed = [line for line in diff.splitlines() if re.match(r"[-+](?![-+])", line)]
    old, new = (" ".join(line[1:].strip() for line in changed if line[0] == sign) for sign in "-+")
    function = re.sub(r"x_(.*)__mutmut_\d+$", r"\1", name.removeprefix("connector.rules."))
    return Survivor(function, f"{old} → {new}", _LITERAL.sub("''", old) == _LITERAL.sub("''", new))


def report(files: list[Scored], reasons: dict[str, dict[str, str]]) -> str:
    """The text of docs/mutation.md."""
    lines = [
        "# Mutation score of the rules",
        "",
        "Made by `make mutate` (mutmut): every comparison, constant, argument and return of `connector/rules` is",
        "changed, one at a time, and the unit tests of the rules must notice. *Wording* are survivors where only a",
        "text between quotation marks is another one: what `explain` shows.",
        "",
        "| file | mutants | noticed | survived | of these wording | score | untried |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [_row(*scored) for scored in files]
    everything = [survivor for scored in files for survivor in scored.survivors]
    total = Scored("**all**", sum(s.noticed for s in files), everything, sum(s.untried for s in files))
    lines += [_row(*total), "", "## Survivors", ""]
    for function, change, wording in everything:
        if not wording:
            why = reasons.get(function, {}).get(change) or reasons.get(function, {}).get("*", "not examined")
            lines.append(f"- `{function}`: `{change.replace('`', '')}`: {why}")
    words = Counter(survivor.function for survivor in everything if survivor.wording)
    lines += ["", "Wording: " + ", ".join(f"`{function}` {count}" for function, count in words.items()) + "."]
    return "\n".join(lines) + "\n"


def _row(file: str, noticed: int, survivors: list[Survivor], untried: int) -> str:
    tried = noticed + len(survivors)
    wording = sum(survivor.wording for survivor in survivors)
    score = f"{100 * noticed / tried:.0f} %" if tried else "–"
    return f"| {file} | {tried + untried} | {noticed} | {len(survivors)} | {wording} | {score} | {untried} |"


if __name__ == "__main__":
    main()
