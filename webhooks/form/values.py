"""From the controls of the report form to a submission, and from its faults back to the controls."""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.datastructures import FileStorage

from connector.intake.faults import Fault

from .language import Language

NAMES = ("title", "details", "start-day", "start-time", "start-zone", "impact", "urgency", "fault", "circuit",
         "addresses", "tests", "email")  # fmt: skip
"""The controls with a text."""

_CONTROLS = {
    "name": "title",
    "description": "details",
    "issueStartDate": "start-day",
    "impact": "impact",
    "urgency": "urgency",
    "circuit": "circuit",
    "faultType": "fault",
    "testResults": "tests",
    "ipAddresses": "addresses",
    "attachments": "files",
    "contact": "email",
}
"""The member of a submission → the control that fills it."""

NO_SUCH_TIME = "The clocks were put forward then: there was no such time. Please choose another time, or UTC."
TWICE = "The clocks were put back then: that time came twice. Please choose UTC."
DAY_AND_TIME = "Please give the day and the time."


class UnclearStartError(Exception):
    """A local time that is none, or two. The message is for the form."""


def values_of(form: Mapping[str, str], zone: str) -> dict[str, str]:
    """What stands in the controls; nothing is taken away from it."""
    values = {name: form.get(name, "").replace("\r\n", "\n") for name in NAMES}
    return {**values, "start-zone": values["start-zone"] or zone}


def start_of(values: Mapping[str, str], zones: Iterable[str]) -> datetime | None:
    """When it began (UTC); ``None``: nothing is given.

    :raises UnclearStartError: it is no time, or one that the clocks skipped or showed twice: that is never guessed.
    """
    day, time, zone = values["start-day"].strip(), values["start-time"].strip(), values["start-zone"]
    if not day and not time:
        return None
    try:
        local = datetime.fromisoformat(f"{day}T{time}")
    except ValueError:
        raise UnclearStartError(DAY_AND_TIME) from None
    if local.tzinfo is not None or zone not in zones:
        raise UnclearStartError(DAY_AND_TIME)
    try:
        first, second = (local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1))
    except OverflowError:
        raise UnclearStartError(DAY_AND_TIME) from None
    if first == second:
        return first
    exists = first.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
    raise UnclearStartError(TWICE if exists else NO_SUCH_TIME)


def body_of(
    values: Mapping[str, str],
    *,
    report: str,
    service_id: str,
    start: datetime | None,
    contact: Mapping[str, str],
    files: Sequence[FileStorage],
) -> dict[str, Any]:
    """The submission as the intake interface takes it."""
    title, details = values["title"].strip(), values["details"].strip()
    given = {
        "externalId": report,
        "relatedEntity": {"id": service_id},
        "name": title,
        "description": details or title or None,
        "issueStartDate": start.isoformat() if start else None,
        "impact": values["impact"],
        "urgency": values["urgency"],
        "circuit": values["circuit"].strip(),
        "faultType": values["fault"],
        "testResults": values["tests"].strip(),
        "ipAddresses": values["addresses"].replace(",", " ").replace(";", " ").split(),
        "attachments": attachments(files),
        "contact": {name: value for name, value in contact.items() if value},
    }
    return {name: value for name, value in given.items() if value or name == "contact"}


def attachments(files: Iterable[FileStorage]) -> list[dict[str, str]]:
    """The files as the intake interface takes them; a control without a file sends one without a name."""
    return [
        {
            "name": file.filename or "",
            "mimeType": file.mimetype or "application/octet-stream",
            "content": b64encode(file.read()).decode(),
        }
        for file in files
        if file.filename
    ]


def errors_of(faults: Iterable[Fault], language: Language) -> dict[str, str]:
    """What to say beside which control, in the reader's language; one sentence for each."""
    errors: dict[str, str] = {}
    for fault in faults:
        member = fault.pointer.strip("/").partition("/")[0]
        control = _CONTROLS.get(member, "title")
        if member == "description" and fault.code == "required":
            control = "title"
        errors.setdefault(control, language.sentence(fault))
    return errors


def texts() -> list[str]:
    """What is said of a start, for the catalogues."""
    return [NO_SUCH_TIME, TWICE, DAY_AND_TIME]
