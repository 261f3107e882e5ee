"""From what a customer's system sent to what the helpdesk takes, and what is kept of it word for word."""

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from connector.domain.changes import Changes, stated
from connector.domain.document import File
from connector.domain.fields import CATALOGUE, fit
from connector.domain.model import TicketId
from connector.domain.vocabulary import FaultType, Impact, IntakeChannel, Urgency
from connector.helpdesks.on_behalf import MOST_KEPT, Contact, Message, Request, key_of_request
from connector.intake.caller import Caller, customer_of
from connector.intake.submission import LARGEST_FILE, MOST_FILES, file_name
from connector.policy.catalogue import Service
from connector.policy.models import Policy
from connector.trouble_ticket.shapes import OURS, ShapeError, read_time

IMPACTS: Mapping[str, Impact] = {
    "critical": Impact.SERVICE_AFFECTING,
    "down": Impact.SERVICE_AFFECTING,
    "service_affecting": Impact.SERVICE_AFFECTING,
    "major": Impact.DEGRADATION,
    "degraded": Impact.DEGRADATION,
    "intermittent": Impact.DEGRADATION,
    "degradation": Impact.DEGRADATION,
    "minor": Impact.NON_SERVICE_AFFECTING,
    "non_service_affecting": Impact.NON_SERVICE_AFFECTING,
}
"""What ``severity`` and MEF's ``observedImpact`` say, in small letters; another word is asked about like a missing
one."""
URGENCIES: Mapping[str, Urgency] = {
    "critical": Urgency.HIGH,
    "high": Urgency.HIGH,
    "medium": Urgency.MEDIUM,
    "low": Urgency.LOW,
}
"""What ``priority`` says: the buyer's own."""


class ForeignServiceError(Exception):
    """The ticket is about somebody else's service."""


def request_of(document: Mapping[str, Any], caller: Caller, policy: Policy, external_id: str, now: datetime) -> Request:
    """The ticket to be opened. ``document``: as version 5, checked. ``external_id``: what the customer's system calls
    it.

    :raises ForeignServiceError: about another customer's service.
    :raises ShapeError: a file cannot be read, or there is more than a helpdesk keeps.
    """
    service = _service(document, caller, policy)
    fields = _fields(document, service)
    company = customer_of(service, policy.catalogue) if service else None
    organization = company.organizations[0] if company and company.organizations else None
    lines = [f"{CATALOGUE[name].label}: {_shown(name, value)}" for name, value in fields.items()]
    notes = [note["text"] for note in (document.get("note") or ()) if note.get("text")]
    text = "\n\n".join([document["description"].strip(), *notes, "\n".join(lines)])
    return Request(
        key=key_of_request(caller.panel, external_id),
        digest=digest_of(document),
        contact=Contact(email=caller.email or "", name=caller.name, organization=organization),
        title=_first_line(document),
        text=text,
        fields={**fields, "intake_channel": IntakeChannel.TROUBLE_TICKET_API},
        files=tuple(_files(document)),
        kept=kept(caller.panel, _noted(document, now)),
    )


def message_of(patch: Mapping[str, Any], caller: Caller, ticket_id: TicketId, number: int, now: datetime) -> Message:
    """A change as the customer's own words on the ticket, for support and the rules to read. ``number``: how many
    changes there were before, so that a repetition is the same change."""
    told = digest_of({"ticket": ticket_id, "number": number, "patch": dict(patch)})
    return Message(
        key=key_of_request(caller.panel, told),
        ticket=ticket_id,
        contact=Contact(email=caller.email or "", name=caller.name),
        text=words_of(patch),
        files=tuple(_files(patch)),
        kept=kept(caller.panel, _noted(patch, now)),
    )


def words_of(patch: Mapping[str, Any]) -> str:
    """What a change says on the ticket."""
    return "\n".join(_told(patch)) or "Changed."


def kept(panel: str, document: Mapping[str, Any]) -> str:
    """What comes back with the ticket; files are on the ticket itself.

    :raises ShapeError: it is too much.
    """
    text = json.dumps({"panel": panel, "document": _without_content(document)}, ensure_ascii=False)
    # As a helpdesk keeps it: a text in JSON.
    if len(json.dumps(text, ensure_ascii=False)) > MOST_KEPT:
        raise ShapeError(f"there is too much in it: {MOST_KEPT} characters are kept with a ticket")
    return text


def _noted(document: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What is kept: notes with an id and a time, and nothing of what only the ticket's own system says."""
    said = {name: value for name, value in document.items() if name not in OURS}
    if notes := said.get("note"):
        at = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        given = ({name: value for name, value in note.items() if value is not None} for note in notes)
        said["note"] = [{"id": secrets.token_hex(6), "date": at, **note} for note in given]
    return said


def digest_of(document: Mapping[str, Any]) -> str:
    """Tells a repetition from something else."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _service(document: Mapping[str, Any], caller: Caller, policy: Policy) -> Service | None:
    """The first related entity that the catalogue knows."""
    for related in document.get("relatedEntity") or ():
        if service := policy.catalogue.service(related["entity"]["id"]):
            if not caller.owns(service):
                raise ForeignServiceError
            return service
    return None


def _fields(document: Mapping[str, Any], service: Service | None) -> Changes:
    """What the rules read. An impact that MEF's characteristic states is more exact than a severity."""
    said = characteristics(document)
    impact = IMPACTS.get(str(said.get("observedImpact", "")).lower()) or IMPACTS.get(document["severity"].lower())
    start = read_time(str(document.get("issueStartDate") or said.get("issueStartDate") or ""))
    addresses = said.get("ipAddresses")
    if isinstance(addresses, list):
        addresses = ", ".join(each for each in addresses if isinstance(each, str))
    found: dict[str, Any] = {
        "service_id": service.id if service else None,
        "problem_start": start.astimezone(UTC).replace(microsecond=0) if start else None,
        "short_description": fit("short_description", _first_line(document)),
        "impact": impact,
        "urgency": URGENCIES.get(str(document.get("priority", "")).lower()),
        "fault_type": FaultType.INTERMITTENT if said.get("observedImpact") == "INTERMITTENT" else None,
        "circuit_id": _fitting("circuit_id", said.get("circuit")),
        "ip_addresses": _fitting("ip_addresses", addresses),
    }
    return stated(found)


def _fitting(field: str, value: Any) -> str | None:
    """What a field takes of a characteristic, which may be anything."""
    return fit(field, value) or None if isinstance(value, str) else None


def characteristics(document: Mapping[str, Any]) -> dict[str, Any]:
    """The characteristics by their names."""
    return {each["name"]: each.get("value") for each in document.get("troubleTicketCharacteristic") or ()}


def _first_line(document: Mapping[str, Any]) -> str:
    said = (document.get("name") or "").strip() or document["description"].strip()
    return " ".join(said.splitlines()[0].split())


def _shown(name: str, value: Any) -> str:
    field = CATALOGUE[name]
    if name == "problem_start":
        return f"{value:%Y-%m-%d %H:%M:%S UTC}"
    return field.choices[value] if field.choices else str(value)


def _told(patch: Mapping[str, Any]) -> Iterator[str]:
    """The change in lines; an impact and an urgency as the rules read them in any message."""
    for name, value in patch.items():
        if name == "severity" and (impact := IMPACTS.get(str(value).lower())):
            yield f"{CATALOGUE['impact'].label}: {CATALOGUE['impact'].choices[impact]}"
        elif name == "priority" and (urgency := URGENCIES.get(str(value).lower())):
            yield f"{CATALOGUE['urgency'].label}: {CATALOGUE['urgency'].choices[urgency]}"
        elif name == "note":
            yield from (note.get("text") or "" for note in value or ())
        elif isinstance(value, str) and not name.startswith("@"):
            yield f"{name}: {value}"
        elif not name.startswith("@"):
            yield f"{name}: changed"


def _files(document: Mapping[str, Any]) -> Iterator[File]:
    given = [each for each in document.get("attachment") or () if each.get("content")]
    if len(given) > MOST_FILES:
        raise ShapeError(f"attachment: at most {MOST_FILES} files")
    for place, each in enumerate(given):
        try:
            content = base64.b64decode(each["content"], validate=True)
        except (binascii.Error, ValueError):
            raise ShapeError(f"attachment[{place}].content is not base64") from None
        if len(content) > LARGEST_FILE:
            raise ShapeError(f"attachment[{place}].content: at most {LARGEST_FILE // 1024**2} MB")
        yield File(
            name=file_name(str(each.get("name") or "file")),
            media_type=str(each.get("mimeType") or "application/octet-stream"),
            content=content,
        )


def _without_content(document: Mapping[str, Any]) -> dict[str, Any]:
    if not document.get("attachment"):
        return dict(document)
    files = [{name: value for name, value in each.items() if name != "content"} for each in document["attachment"]]
    return {**document, "attachment": files}
