"""The mapping from its file: whole and sound, or every problem at once (P16)."""

from pathlib import Path

from connector.helpdesks.zammad.mapping import ZammadMapping, unknown_groups
from connector.policy import checks
from connector.policy.load import read_rules, read_section
from connector.policy.problem import PolicyError, Problem


def load_mapping(path: Path) -> ZammadMapping:
    """How the policy's names are written in Zammad.

    :raises PolicyError: with everything that is wrong with the file.
    """
    mapping = read_section(path, ZammadMapping)
    if mapping.problems or mapping.section is None:
        raise PolicyError(mapping.problems)
    return mapping.section


def check(path: Path, services_path: Path | None, mapping_path: Path | None) -> list[Problem]:
    """Everything that is wrong with the files and with how they fit together; empty when all is well."""
    rules = read_rules(path, services_path)
    problems = list(rules.problems)
    if mapping_path is not None:
        mapping = read_section(mapping_path, ZammadMapping)
        problems += mapping.problems
        if rules.document and mapping.document:
            named = checks.groups(rules.document.data)
            problems += mapping.document.located(unknown_groups(mapping.document.data, named))
    return sorted(set(problems))
