"""Documents name files, headings and rules that exist."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    chain(
        ROOT.glob("*.md"), ROOT.glob("docs/**/*.md"), ROOT.glob("connector/**/*.md"), ROOT.glob("tests/evidence/*.md")
    )
)
RULES = ROOT / "docs" / "rules.md"

IN_A_WHEEL = frozenset({"connector/webhooks", "connector/mappings"})
"""What ADR 10 puts where there is nothing in the repository."""
TOLD_TO_MAKE = re.compile(r"NAME|^webhooks/name\.json$")
"""Names that stand for others."""

FOLDERS = ("connector", "webhooks", "mappings", "docs", "tests", "deploy")
_NAMED = re.compile(r"`([\w./*{}<>,-]+)`")
_LINK = re.compile(r"\]\(([^)#\s:]*)(#[^)\s]*)?\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def text_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def paths_named(document: Path) -> Iterator[str]:
    """What stands in backticks and begins with a folder of the repository; ``{a,b}`` names two."""
    for name in _NAMED.findall(text_of(document)):
        braces = re.fullmatch(r"(.*)\{(.*)\}(.*)", name)
        for path in (f"{braces[1]}{part}{braces[3]}" for part in braces[2].split(",")) if braces else (name,):
            if "/" in path and path.split("/")[0] in FOLDERS and not (path in IN_A_WHEEL or TOLD_TO_MAKE.search(path)):
                yield path


def anchors(document: Path) -> set[str]:
    """What a link can point to, as code hosts make it of headings."""
    headings = _HEADING.findall(_FENCED.sub("", text_of(document)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_is_there(document: Path) -> None:
    missing = [path for path in paths_named(document) if not any(ROOT.glob(path.rstrip("/")))]
    for target, anchor in _LINK.findall(text_of(document)):
        file = (document.parent / target) if target else document
        if not file.exists() or (anchor and file.suffix == ".md" and anchor[1:] not in anchors(file)):
            missing.append(f"{target}{anchor}")

    assert missing == []


def test_the_rules_are_all_there_and_their_tests_too() -> None:
    text = text_of(RULES)
    rows = [cells.split("|")[1] for cells in text.splitlines() if re.match(r"\| R\d", cells)]
    places = {"p": ROOT / "tests" / "promises", "rule": ROOT / "tests" / "promises"}
    missing = []
    for name in re.findall(r"`((?:text/)?(?:test_|p\d|rule_)\w+\.py)`", text):
        promise = re.match(r"p(?=\d)|rule(?=_)", name)
        file = places[promise[0]] / f"test_{name}" if promise else ROOT / "tests" / "unit" / "rules" / name
        if not file.is_file():
            missing.append(name)

    assert [int(number) for row in rows for number in re.findall(r"R(\d+)", row)] == list(range(1, 40))
    assert missing == []


def test_every_promise_has_its_tests() -> None:
    told = {int(number) for number in re.findall(r"\| P(\d+) \|", text_of(RULES))}
    tested = {int(file.name[6:8]) for file in (ROOT / "tests" / "promises").glob("test_p[0-9][0-9]_*.py")}

    assert told == tested


def test_every_proof_named_in_the_threat_model_is_a_test() -> None:
    text = text_of(ROOT / "SECURITY.md")
    named = set(re.findall(r"`((?:tests/)?[\w/]*(?:test_|secret_scan)[\w/]*?)(?:\.py)?`", text))

    missing = [
        name
        for name in sorted(named)
        if not (ROOT / (name if "/" in name else f"tests/promises/{name}")).with_suffix(".py").is_file()
    ]

    assert len(named) > 15
    assert missing == []
