"""What every helpdesk's ``quality.yaml`` says: how far it has come, by a list of rules that is the same for all."""

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator

from connector.domain.model import Model
from connector.helpdesks.versions import QUALITY, Version

ROOT = Path(__file__).parents[1]

RULES = {
    "signed_webhooks": "a delivery is believed only with a valid signature or token",
    "own_changes_silent": "what the connector writes does not call it again",
    "missed_changes_found": "changes that no webhook told of are listed by time",
    "one_atomic_write": "fields and message are written in one request",
    "answer_checked": "what was answered with success and not stored is noticed",
    "created_once": "tickets of the connector's own exist once, whatever crashes",
    "limits_respected": "no request before the time that the helpdesk asks for",
    "internal_stays_internal": "no internal note is ever public",
    "signed_proofs": "what was done is proved on the ticket, signed, and shown to nobody",
    "history_decides_trust": "who set a value is known from the helpdesk's own history",
    "staff_by_id": "persons of support are known by ids, also in newer versions",
    "positive_list": "the rules hold only for what the mapping lists",
    "merged_tickets": "what was promised on a merged ticket follows to its target",
    "automatic_mail": "machines' answers are told from people's",
    "install": "set up by plan and apply, as far as the helpdesk's interface goes",
    "uninstall": "exactly what was installed is taken away",
    "by_hand": "what the interface cannot do is told exactly, and checked where it shows",
    "doctor": "an installation is examined end to end in every version listed",
    "init": "the first settings file is written and tried",
    "token_expiry": "a token that ends soon is told of in time",
    "sandbox": "a sandbox for demo and tests, held to evidence",
    "live_run": "installed and at work on a real one",
}
"""The closed list: every helpdesk says something on each."""


def _a_sentence(text: str) -> str:
    if not text.strip():
        raise ValueError("says nothing")
    return text


Sentence = Annotated[str, AfterValidator(_a_sentence)]


class Judgement(Model):
    """How far one rule is kept."""

    state: Literal["done", "todo", "exempt"]
    why: Sentence


class Quality(Model):
    """One ``quality.yaml``."""

    versions: tuple[Version, ...]
    rules: dict[str, Judgement]


def quality_file(helpdesk: str) -> Path:
    """Where it stands."""
    return ROOT / "connector" / "helpdesks" / helpdesk / QUALITY


def quality(helpdesk: str) -> Quality:
    """What it says. Raises ValidationError."""
    return Quality.model_validate(yaml.safe_load(quality_file(helpdesk).read_text(encoding="utf-8")))
