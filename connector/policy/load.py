"""Policy, catalogue and mapping from their files: whole and sound, or every problem at once (P16)."""

import hashlib
import json
from pathlib import Path
from typing import Any

from connector.helpdesks.zammad.mapping import ZammadMapping
from connector.policy import checks
from connector.policy.catalogue import Catalogue
from connector.policy.csv_rows import read_csv
from connector.policy.document import Document, SectionT
from connector.policy.models import Policy, Rules
from connector.policy.problem import PolicyError, Problem
from connector.policy.yaml_lines import read_yaml


def load_policy(path: Path, services_path: Path | None) -> Policy:
    """The rules of ``path`` with the catalogue of ``services_path`` (``.csv``, else YAML).

    :raises PolicyError: with everything that is wrong with the two files.
    """
    policy, problems = _policy(path, services_path)
    if policy is None or problems:
        raise PolicyError(problems)
    return policy


def load_mapping(path: Path) -> ZammadMapping:
    """How the policy's names are written in Zammad.

    :raises PolicyError: with everything that is wrong with the file.
    """
    _, mapping, problems = _section(path, ZammadMapping)
    if mapping is None or problems:
        raise PolicyError(problems)
    return mapping


def check(path: Path, services_path: Path | None, mapping_path: Path | None) -> list[Problem]:
    """Everything that is wrong with the files and with how they fit together; empty when all is well."""
    policy, problems = _policy(path, services_path)
    if mapping_path is not None:
        document, mapping, more = _section(mapping_path, ZammadMapping)
        problems += more
        if policy and mapping and document:
            problems += document.located(mapping.findings_against(policy))
    return sorted(set(problems))


def _policy(path: Path, services_path: Path | None) -> tuple[Policy | None, list[Problem]]:
    document, rules, problems = _section(path, Rules)
    catalogue: Catalogue | None = Catalogue()
    if services_path is not None:
        _, catalogue, more = _section(services_path, Catalogue)
        problems += more
    if document and catalogue:
        problems += document.located(checks.known_in_catalogue(document.data, catalogue))
    if problems or rules is None or catalogue is None:
        return None, problems
    content = {**dict(rules), "catalogue": catalogue}
    return Policy.model_validate({**content, "version": _version(rules, catalogue)}), []


def _section(path: Path, section: type[SectionT]) -> tuple[Document | None, SectionT | None, list[Problem]]:
    try:
        document = read_csv(path) if path.suffix.lower() == ".csv" else read_yaml(path)
    except PolicyError as error:
        return None, None, list(error.problems)
    return document, *document.parsed(section)


def _version(rules: Rules, catalogue: Catalogue) -> str:
    """A hash of the content: the same for another order of settings, comments or spelling of a file."""
    digest = hashlib.sha256(_canonical(rules.model_dump()).encode())
    for table in (catalogue.customers, catalogue.services):
        for entry in sorted(_canonical(entry.model_dump()) for entry in table):
            digest.update(b"\n" + entry.encode())
    return digest.hexdigest()[:12]


def _canonical(value: Any) -> str:
    return json.dumps(
        value, sort_keys=True, default=lambda v: sorted(v) if isinstance(v, frozenset) else str(v)
    )
