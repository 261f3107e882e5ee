"""Policy and catalogue from their files: whole and sound, or every problem at once (P16)."""

import hashlib
import json
from pathlib import Path
from typing import Any, Generic, NamedTuple

from connector.policy import checks
from connector.policy.catalogue import Catalogue
from connector.policy.csv_rows import read_csv
from connector.policy.document import Document, SectionT
from connector.policy.models import Policy, Rules
from connector.policy.problem import PolicyError, Problem
from connector.policy.yaml_lines import read_yaml


class Read(NamedTuple, Generic[SectionT]):
    """A file as far as it could be read."""

    document: Document | None
    section: SectionT | None
    problems: list[Problem]


def load_policy(path: Path, services_path: Path | None) -> Policy:
    """The rules of ``path`` with the catalogue of ``services_path`` (``.csv``, else YAML).

    :raises PolicyError: with everything that is wrong with the two files.
    """
    rules, catalogue = read_section(path, Rules), _read_catalogue(services_path)
    problems = _policy_problems(rules, catalogue)
    if problems or rules.section is None or catalogue.section is None:
        raise PolicyError(problems)
    version = _version(rules.section, catalogue.section)
    content = {**dict(rules.section), "catalogue": catalogue.section, "version": version}
    return Policy.model_validate(content)


def read_section(path: Path, section: type[SectionT]) -> Read[SectionT]:
    """One file as ``section``, with its problems."""
    try:
        document = read_csv(path) if path.suffix.lower() == ".csv" else read_yaml(path)
    except PolicyError as error:
        return Read(None, None, list(error.problems))
    return Read(document, *document.parsed(section))


def read_rules(path: Path, services_path: Path | None) -> Read[Rules]:
    """The policy file, with the problems of both files and of how they fit together."""
    rules, catalogue = read_section(path, Rules), _read_catalogue(services_path)
    return rules._replace(problems=_policy_problems(rules, catalogue))


def _read_catalogue(path: Path | None) -> Read[Catalogue]:
    return Read(None, Catalogue(), []) if path is None else read_section(path, Catalogue)


def _policy_problems(rules: Read[Rules], catalogue: Read[Catalogue]) -> list[Problem]:
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
