"""The default files, and changed copies of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.mapping import HelpdeskMapping, check
from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.policy.locate import MAPPINGS

POLICY = MAPPINGS / "interspace.yaml"
SERVICES = MAPPINGS / "services.yaml"
SERVICES_CSV = MAPPINGS / "services.csv"
ZAMMAD = MAPPINGS / "zammad.yaml"
JIRA = MAPPINGS / "jira.yaml"
KINDS: Mapping[str, type[HelpdeskMapping]] = {"zammad.yaml": ZammadMapping, "jira.yaml": JiraMapping}


def changed(original: Path, directory: Path, *changes: tuple[str, str]) -> Path:
    """A copy of a default file in which each text, found exactly once, is replaced by another."""
    text = original.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {original.name}"
        text = text.replace(old, new)
    copy = directory / original.name
    copy.write_text(text, encoding="utf-8")
    return copy


def with_addresses(directory: Path) -> Path:
    """A copy of the default policy in which every level has an address besides its contacts."""
    copy = directory / "addressed.yaml"
    text = POLICY.read_text(encoding="utf-8")
    copy.write_text(text.replace("contacts: [", "contacts: [noc@isp.example, "), encoding="utf-8")
    return copy


def line_of(path: Path, fragment: str) -> int:
    """The number of the only line that holds ``fragment``."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [number for number, line in enumerate(lines, 1) if fragment in line]
    assert len(found) == 1, f"{fragment!r} is on lines {found} of {path.name}"
    return found[0]


def problems(path: Path, services: Path | None = SERVICES, mapping: Path | None = None) -> Sequence[str]:
    """What the check prints, one text per problem."""
    mappings = {mapping: KINDS[mapping.name]} if mapping else {}
    return [str(problem) for problem in check(path, services, mappings)]


class Case(NamedTuple):
    """``old`` is replaced by ``new``. The check then says one thing, about the line that the
    replacement begins on, or about the only line that holds ``at``."""

    old: str
    new: str
    says: str
    at: str = ""


def expected_and_found(original: Path, case: Case, directory: Path) -> tuple[list[str], Sequence[str]]:
    """What should be said of the changed file, and what is said."""
    path = changed(original, directory, (case.old, case.new))
    before = original.read_text(encoding="utf-8").partition(case.old)[0]
    line = line_of(path, case.at) if case.at else before.count("\n") + 1
    files = {POLICY: POLICY, SERVICES: SERVICES, ZAMMAD: ZAMMAD, original: path}
    mapping = files[original] if original.name in KINDS else files[ZAMMAD]
    return [f"{path}:{line}: {case.says}"], problems(files[POLICY], files[SERVICES], mapping)
