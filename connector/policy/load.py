"""Policy and catalogue from their files: whole and sound, or every problem at once (P16)."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from connector.messages.catalogue import MessageCatalogue
from connector.policy import checks
from connector.policy.catalogue import Catalogue
from connector.policy.letterhead import Letterhead, read_letterhead
from connector.policy.messages import read_messages, shipped
from connector.policy.models import Policy, Rules
from connector.policy.problem import PolicyError, Problem
from connector.policy.read import Read, read_section

_OF_TEXTS = {"display_timezone", "internal_language", "messages_folder", "provider_folder"}


def load_policy(path: Path, services_path: Path | None) -> Policy:
    """The rules of ``path`` with the catalogue of ``services_path`` (``.csv``, else YAML).

    :raises PolicyError: with everything that is wrong with the two files.
    """
    rules, catalogue = read_section(path, Rules), _read_catalogue(services_path)
    messages, texts = read_texts(rules)
    letterhead, of_letterhead = read_letterhead(
        rules.document, rules.section.provider_folder if rules.section else None
    )
    problems = _policy_problems(rules, catalogue) + texts + of_letterhead
    if problems or rules.section is None or catalogue.section is None:
        raise PolicyError(problems)
    version = _version(rules.section, catalogue.section, messages, letterhead)
    content = {
        **dict(rules.section),
        "catalogue": catalogue.section,
        "messages": messages,
        "letterhead": letterhead,
        "version": version,
    }
    return Policy.model_validate(content)


def read_rules(path: Path, services_path: Path | None) -> Read[Rules]:
    """The policy file, with the problems of both files, of how they fit together, and of the policy's own texts."""
    rules, catalogue = read_section(path, Rules), _read_catalogue(services_path)
    _, of_letterhead = read_letterhead(rules.document, rules.section.provider_folder if rules.section else None)
    return rules._replace(problems=_policy_problems(rules, catalogue) + read_texts(rules)[1] + of_letterhead)


def _read_catalogue(path: Path | None) -> Read[Catalogue]:
    return Read(None, Catalogue(), []) if path is None else read_section(path, Catalogue)


def _policy_problems(rules: Read[Rules], catalogue: Read[Catalogue]) -> list[Problem]:
    problems = rules.problems + catalogue.problems
    if rules.document and catalogue.section:
        problems += rules.document.located(checks.fits_catalogue(rules.document.data, catalogue.section))
    return problems


def read_texts(rules: Read[Rules]) -> tuple[MessageCatalogue, list[Problem]]:
    """The texts of a policy, and what is wrong with its own. One that cannot be read is the setting's problem."""
    named = rules.section.messages_folder if rules.section else None
    if named is None or rules.document is None:
        return shipped(), []
    folder = Path(rules.document.file).parent / named
    try:
        os.scandir(folder).close()
    except OSError as error:
        wrong = f"the folder {folder} cannot be read: {error.strerror}"
        return shipped(), rules.document.located([(("messages_folder",), wrong)])
    return read_messages(folder)


def _version(rules: Rules, catalogue: Catalogue, messages: MessageCatalogue, letterhead: Letterhead) -> str:
    """Hashes of the content: the same for another order of settings, comments or spelling of a file."""
    digest = hashlib.sha256(_canonical(rules.model_dump(exclude=_OF_TEXTS)).encode())
    for table in (catalogue.customers, catalogue.services):
        for entry in sorted(entry.model_dump_json() for entry in table):
            digest.update(b"\n" + entry.encode())
    texts = (messages.version, rules.display_timezone, rules.internal_language, letterhead.version)
    return f"{digest.hexdigest()[:12]}.{hashlib.sha256(repr(texts).encode()).hexdigest()[:6]}"


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=lambda v: sorted(v) if isinstance(v, frozenset) else str(v))
