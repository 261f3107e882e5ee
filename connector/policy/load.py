"""Policy, catalogue and mapping from their files: whole and sound, or every problem at once (P16)."""

import hashlib
import json
from pathlib import Path
from typing import Any, Generic, NamedTuple

from connector.helpdesks.zammad.mapping import ZammadMapping, unknown_groups
from connector.policy import checks
from connector.policy.catalogue import Catalogue
from connector.policy.csv_rows import read_csv
from connector.policy.document import Document, SectionT
from connector.policy.models import Policy, Rules
from connector.policy.problem import PolicyError, Problem
from connector.policy.yaml_lines import read_yaml


class _Read(NamedTuple, Generic[SectionT]):
    document: Document | None
    section: SectionT | None
    problems: list[Problem]


def load_policy(path: Path, services_path: Path | None) -> Policy:
    """The rules of ``path`` with the catalogue of ``services_path`` (``.csv``, else YAML).

    :raises PolicyError: with everything that is wrong with the two files.
    """
    rules, catalogue = _read(path, Rules), _read_catalogue(services_path)
    problems = _policy_problems(rules, catalogue)
    if problems or rules.section is None or catalogue.section is None:
        raise PolicyError(problems)
    version = _version(rules.section, catalogue.section)
    content = {**dict(rules.section), "catalogue": catalogue.section, "version": version}
    return Policy.model_validate(content)


def load_mapping(path: Path) -> ZammadMapping:
    """How the policy's names are written in Zammad.

    :raises PolicyError: with everything that is wrong with the file.
    """
    mapping = _read(path, ZammadMapping)
    if mapping.problems or mapping.section is None:
        raise PolicyError(mapping.problems)
    return mapping.section


def check(path: Path, services_path: Path | None, mapping_path: Path | None) -> list[Problem]:
    """Everything that is wrong with the files and with how they fit together; empty when all is well."""
    rules = _read(path, Rules)
    problems = _policy_problems(rules, _read_catalogue(services_path))
    if mapping_path is not None:
        mapping = _read(mapping_path, ZammadMapping)
        problems += mapping.problems
        if rules.document and mapping.document:
            named = checks.groups(rules.document.data)
            problems += mapping.document.located(unknown_groups(mapping.document.data, named))
    return sorted(set(problems))


def _read(path: Path, section: type[SectionT]) -> _Read[SectionT]:
    try:
        document = read_csv(path) if path.suffix.lower() == ".csv" else read_yaml(path)
    except PolicyError as error:
        return _Read(None, None, list(error.problems))
    return _Read(document, *document.parsed(section))


def _read_catalogue(path: Path | None) -> _Read[Catalogue]:
    return _Read(None, Catalogue(), []) if path is None else _read(path, Catalogue)


def _policy_problems(rules: _Read[Rules], catalogue: _Read[Catalogue]) -> list[Problem]:
    problems = rules.problems + catalogue.problems
    if rules.document and catalogue.section:
        unknown = checks.known_in_catalogue(rules.document.data, catalogue.section)
        problems += rules.document.located(unknown)
    return problems


def _version(rules: Rules, catalogue: Catalogue) -> str:
    """A hash of the content: the same for another order of settings, comments or spelling of a file."""
    digest = hashlib.sha256(_canonical(rules.model_dump()).encode())
    for table in (catalogue.customers, catalogue.services):
        for entry in sorted(entry.model_dump_json() for entry in table):
            digest.update(b"\n" + entry.encode())
    return digest.hexdigest()[:12]


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=lambda v: sorted(v) if isinstance(v, frozenset) else str(v))
