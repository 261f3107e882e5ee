"""What a panel submits (R10, R15–R22), by the names of TMF621 and MEF where they have one; checked as a whole."""

import base64
import binascii
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Annotated, Any

from pydantic import AwareDatetime, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from connector.domain.document import File
from connector.domain.fields import CATALOGUE
from connector.domain.model import Model
from connector.domain.vocabulary import FaultType, Impact, IntakeChannel, Urgency
from connector.intake.caller import Caller
from connector.intake.faults import Fault, FaultyError
from connector.policy.kinds import is_address
from connector.policy.models import Policy

MOST_FILES = 10
LARGEST_FILE = 10 * 1024 * 1024
"""Bytes of one file; what is sent is a third longer (base64)."""
LONGEST_DESCRIPTION = 20_000
_MOST_ADDRESSES = 50
_LONGEST_NAME = 120
_FIRST_YEAR = 1970
_CLOCKS_DIFFER = timedelta(minutes=5)
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u2028\u2029\ud800-\udfff]")
"""What no text of a person holds; helpdesks refuse some of it."""
_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*(?:[Zz]|[+-]\d\d:?\d\d)")


class _Part(Model):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class RelatedEntity(_Part):
    """The service that it is about (R15)."""

    id: str = Field(min_length=1, max_length=CATALOGUE["service_id"].length, description=CATALOGUE["service_id"].help)
    role: str = Field(default="service", max_length=60)


class Attachment(_Part):
    """A file, e.g. test results (R21)."""

    name: str = Field(min_length=1, max_length=250, description="the file's name; a path before it is left out")
    mime_type: str = Field(default="application/octet-stream", max_length=120, pattern=r"^[\w.+-]+/[\w.+-]+$")
    content: str = Field(description="base64 (RFC 4648), 10 MB at most when decoded")


class ContactGiven(_Part):
    """Whom we write to."""

    name: str = Field(default="", max_length=_LONGEST_NAME)
    email: str | None = Field(default=None, max_length=254)
    language: str = Field(default="en", max_length=8, description="ISO 639-1; support reads and writes English")


class Submission(_Part):
    """A fault that a customer reports in a panel."""

    external_id: str = Field(
        min_length=1,
        max_length=100,
        pattern=r"^[!-~]([ -~]*[!-~])?$",
        description="the panel's own id of this report: sent twice, it is one ticket",
    )
    related_entity: RelatedEntity
    description: str = Field(min_length=1, max_length=LONGEST_DESCRIPTION, description="What is wrong (R17).")
    name: str = Field(default="", max_length=CATALOGUE["short_description"].length, description="The fault in a line.")
    issue_start_date: AwareDatetime | None = Field(
        default=None, description=f"{CATALOGUE['problem_start'].help} With its offset from UTC (R16)."
    )
    impact: Impact | None = Field(default=None, description=CATALOGUE["impact"].help)
    urgency: Urgency | None = Field(default=None, description=CATALOGUE["urgency"].help)
    circuit: str | None = Field(
        default=None, max_length=CATALOGUE["circuit_id"].length, description=CATALOGUE["circuit_id"].help
    )
    fault_type: FaultType | None = Field(default=None, description=CATALOGUE["fault_type"].help)
    test_results: str | None = Field(
        default=None, max_length=CATALOGUE["test_results"].length, description=CATALOGUE["test_results"].help
    )
    ip_addresses: Annotated[tuple[str, ...], Field(max_length=_MOST_ADDRESSES)] = Field(
        default=(), description=CATALOGUE["ip_addresses"].help
    )
    attachments: Annotated[tuple[Attachment, ...], Field(max_length=MOST_FILES)] = ()
    contact: ContactGiven = ContactGiven()

    @property
    def digest(self) -> str:
        """Of all that it says: the same for another order of members or another spelling of the same time."""
        said = self.model_dump(mode="json", exclude_defaults=True)
        if self.issue_start_date is not None:
            said["issue_start_date"] = self.issue_start_date.timestamp()
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    @property
    def files(self) -> tuple[File, ...]:
        """The files, with names that are names alone."""
        return tuple(map(_file, self.attachments))


CHANNELS = {"my_interspace": IntakeChannel.MY_INTERSPACE, "trouble_ticket_api": IntakeChannel.TROUBLE_TICKET_API}
_CODES: Mapping[str, str] = {
    "missing": "required",
    "extra_forbidden": "unknown_member",
    "string_too_long": "too_long",
    "string_too_short": "empty",
    "too_long": "too_many",
    "enum": "choice",
    "string_pattern_mismatch": "type",
}
_PATTERNS: Mapping[str, str] = {"/externalId": "identifier"}
"""A report is asked for by a header, which holds nothing else (RFC 9110, section 5.5)."""


def read(body: Any, caller: Caller, policy: Policy, now: datetime, *, complete: bool = False) -> Submission:
    """The submission in a parsed JSON body. ``complete``: the details that the policy requires have to be there, as in
    a form; otherwise what is missing is asked for like in a mail (R14).

    :raises FaultyError: with everything that is wrong with it.
    """
    faults: list[Fault] = []
    submission = None
    try:
        submission = Submission.model_validate(body)
    except ValidationError as error:
        faults += [_fault(detail) for detail in error.errors(include_url=False)]
    given = body if isinstance(body, Mapping) else {}
    bad = {fault.pointer for fault in faults}
    checks = (_texts(given), _start(given, now), _addresses(given), _files(given), _contact(given, caller, policy))
    for found in (fault for each in (*checks, _service(given, caller, policy)) for fault in each):
        if found.pointer not in bad:
            faults.append(found)
    if complete:
        faults += [fault for fault in _missing(given, policy) if fault.pointer not in bad]
    if faults or submission is None:
        raise FaultyError(sorted(set(faults)))
    return submission


def read_files(given: Sequence[Mapping[str, str]]) -> tuple[File, ...]:
    """The files of a message, each with ``name``, ``mimeType`` and ``content`` as in a submission.

    :raises FaultyError: with everything that is wrong with them.
    """
    if len(given) > MOST_FILES:
        raise FaultyError([Fault("/attachments", "too_many", (("most", str(MOST_FILES)),))])
    faults = list(_files({"attachments": list(given)}))
    if faults:
        raise FaultyError(faults)
    try:
        return tuple(_file(Attachment.model_validate(each)) for each in given)
    except ValidationError as error:
        raise FaultyError([_fault(each)._replace(pointer="/attachments") for each in error.errors()]) from None


def _file(each: Attachment) -> File:
    return File(name=file_name(each.name), media_type=each.mime_type, content=base64.b64decode(each.content))


REQUIRED: Mapping[str, str] = {
    "service_id": "/relatedEntity/id",
    "problem_start": "/issueStartDate",
    "short_description": "/description",
    "impact": "/impact",
}
"""Where the details stand that a policy may require (R15–R18)."""


def file_name(name: str) -> str:
    """A file's name without path, control characters and what hides its ending.

    >>> file_name("C:\\\\temp\\\\..\\\\trace\\u202egpj.exe")
    'tracegpj.exe'
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C").strip(" .")
    return shown[-150:] or "file"


def _fault(detail: ErrorDetails) -> Fault:
    # A union's or a key's own name in the location is no part of the body.
    pointer = "".join(f"/{_escaped(part)}" for part in detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        # The name is the sender's own text: only where it stands is said.
        pointer = pointer.rpartition("/")[0]
    code = _PATTERNS.get(pointer) if kind == "string_pattern_mismatch" else None
    code = code or _CODES.get(kind) or ("time" if kind.startswith(("datetime", "timezone")) else "type")
    values: tuple[tuple[str, str], ...] = ()
    if code == "choice":
        choices = re.findall(r"'([^']+)'", str(context.get("expected", "")))
        values = (("choices", ", ".join(choices)),)
    elif code in ("too_long", "too_many"):
        values = (("most", str(context.get("max_length", ""))),)
    return Fault(pointer, code, values)


def _escaped(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _texts(given: Mapping[Any, Any]) -> Iterator[Fault]:
    for name in ("name", "description", "circuit", "testResults"):
        value = given.get(name)
        if not isinstance(value, str):
            continue
        if CONTROLS.search(value):
            yield Fault(f"/{name}", "control_characters")
        elif value and not value.strip():
            yield Fault(f"/{name}", "empty")


def _start(given: Mapping[Any, Any], now: datetime) -> Iterator[Fault]:
    value = given.get("issueStartDate")
    if value is None:
        return
    # A number of seconds, or a time without its offset, is no answer to when it began (R16).
    at = _read_time(value) if isinstance(value, str) and _OFFSET.fullmatch(value) else None
    if at is None:
        yield Fault("/issueStartDate", "time")
    elif at > now + _CLOCKS_DIFFER:
        yield Fault("/issueStartDate", "future")


def _read_time(text: str) -> datetime | None:
    try:
        # In UTC the first and the last day of all may be none.
        at = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    # An earlier year is mistyped, and helpdesks do not keep the first ones.
    return at if at.year >= _FIRST_YEAR else None


def _addresses(given: Mapping[Any, Any]) -> Iterator[Fault]:
    values = given.get("ipAddresses")
    for place, value in enumerate(values if isinstance(values, list) else ()):
        if isinstance(value, str):
            try:
                # What follows a % in an address of version 6 may be any text.
                known = ip_network(value.strip(), strict=False) and value.strip().isprintable()
            except ValueError:
                known = False
            if not known:
                yield Fault(f"/ipAddresses/{place}", "address", (("value", f"No. {place + 1}"),))


def _files(given: Mapping[Any, Any]) -> Iterator[Fault]:
    files = given.get("attachments")
    for place, file in enumerate(files if isinstance(files, list) else ()):
        content = file.get("content") if isinstance(file, Mapping) else None
        if not isinstance(content, str):
            continue
        where = f"/attachments/{place}/content"
        if len(content) > LARGEST_FILE * 4 // 3 + 4:
            yield Fault(where, "file_too_large", (("most", str(LARGEST_FILE // 1024**2)),))
            continue
        try:
            base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError):
            yield Fault(where, "file_content")


def _contact(given: Mapping[Any, Any], caller: Caller, policy: Policy) -> Iterator[Fault]:
    contact = given.get("contact")
    email = contact.get("email") if isinstance(contact, Mapping) else None
    address = email if isinstance(email, str) else caller.email
    if address is None:
        if email is None and (contact is None or isinstance(contact, Mapping)):
            yield Fault("/contact/email", "required")
    elif not is_address(address) or CONTROLS.search(address):
        yield Fault("/contact/email", "email")
    elif not caller.may_name(address, policy.catalogue):
        yield Fault("/contact/email", "foreign_contact")
    if isinstance(contact, Mapping):
        name, language = contact.get("name"), contact.get("language")
        if isinstance(name, str) and (CONTROLS.search(name) or "\n" in name or "\r" in name):
            yield Fault("/contact/name", "control_characters")
        if isinstance(language, str) and not re.fullmatch(r"[a-z]{2}(?:-[A-Za-z]{2})?", language):
            yield Fault("/contact/language", "language")


def _service(given: Mapping[Any, Any], caller: Caller, policy: Policy) -> Iterator[Fault]:
    entity = given.get("relatedEntity")
    service_id = entity.get("id") if isinstance(entity, Mapping) else None
    if not isinstance(service_id, str) or not service_id:
        return
    service = policy.catalogue.service(service_id)
    if service is None:
        yield Fault("/relatedEntity/id", "unknown_service")
    elif not caller.owns(service):
        yield Fault("/relatedEntity/id", "foreign_service")


def _missing(given: Mapping[Any, Any], policy: Policy) -> Iterator[Fault]:
    present: Mapping[str, Callable[[], bool]] = {
        "problem_start": lambda: bool(given.get("issueStartDate")),
        "impact": lambda: bool(given.get("impact")),
    }
    for name in policy.intake.required:
        if name in present and not present[name]():
            yield Fault(REQUIRED[name], "required")
