"""Mappings from their files, and how all files of settings fit together: sound, or every problem at once (P16)."""

from collections.abc import Mapping
from pathlib import Path

from connector.helpdesks.mapping import HelpdeskMapping, unknown_groups
from connector.policy import checks
from connector.policy.document import SectionT
from connector.policy.load import read_rules, read_section
from connector.policy.problem import PolicyError, Problem


def read_mapping(path: Path, kind: type[SectionT]) -> SectionT:
    """The mapping of one helpdesk.

    :raises PolicyError: with everything that is wrong with the file.
    """
    mapping = read_section(path, kind)
    if mapping.problems or mapping.section is None:
        raise PolicyError(mapping.problems)
    return mapping.section


def check(path: Path, services_path: Path | None, mappings: Mapping[Path, type[HelpdeskMapping]]) -> list[Problem]:
    """Everything that is wrong with the files and with how they fit together; empty when all is well."""
    rules = read_rules(path, services_path)
    problems = list(rules.problems)
    for mapping_path, kind in mappings.items():
        mapping = read_section(mapping_path, kind)
        problems += mapping.problems
        if rules.document and mapping.document:
            named = checks.groups(rules.document.data)
            problems += mapping.document.located(unknown_groups(mapping.document.data, named))
    return sorted(set(problems))
