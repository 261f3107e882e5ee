"""One file of the policy: whole and sound, or with its problems."""

from pathlib import Path
from typing import Generic, NamedTuple

from connector.policy.csv_rows import read_csv
from connector.policy.document import PolicyDocument, SectionT
from connector.policy.problem import PolicyError, Problem
from connector.policy.yaml_lines import read_yaml


class Read(NamedTuple, Generic[SectionT]):
    """A file as far as it could be read."""

    document: PolicyDocument | None
    section: SectionT | None
    problems: list[Problem]


def read_section(path: Path, section: type[SectionT]) -> Read[SectionT]:
    """One file as ``section``, with its problems."""
    try:
        document = read_csv(path) if path.suffix.lower() == ".csv" else read_yaml(path)
    except PolicyError as error:
        return Read(None, None, list(error.problems))
    return Read(document, *document.parsed(section))
