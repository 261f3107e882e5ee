"""What a trouble ticket may hold, by TMF621 5.0.1 and 4.0.0: names and types, and what is missing or wrong.

What is not named here is taken as it is: the standard lets systems add attributes of their own.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

STATUSES = ("acknowledged", "rejected", "pending", "held", "inProgress", "cancelled", "closed", "resolved")
REQUIRED = ("description", "severity", "ticketType")
_MOST_DEEP = 12
_MOST_NESTED = 50
"""What is kept has to be read again, wherever that is done."""
_MOST_LETTERS = 20_000
_NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")


class Shape(NamedTuple):
    """An object: its attributes with their kinds, those that have to be there, and its name as ``@type``."""

    kinds: Mapping[str, Any]
    required: tuple[str, ...] = ()
    type_name: str = ""


_TEXT, _TIME, _STATUS, _NUMBER, _ANY = "text", "time", "status", "number", "any"
_OBJECT: dict[str, Any] = {"@type": _TEXT, "@baseType": _TEXT, "@schemaLocation": _TEXT}
_REFERENCE = {**_OBJECT, "id": _TEXT, "href": _TEXT, "name": _TEXT, "@referredType": _TEXT}
_QUANTITY = Shape({"amount": _NUMBER, "units": _TEXT})
_PERIOD = Shape({"startDateTime": _TIME, "endDateTime": _TIME})
_ATTACHMENT = {
    **_REFERENCE,
    "description": _TEXT,
    "url": _TEXT,
    "content": _TEXT,
    "attachmentType": _TEXT,
    "mimeType": _TEXT,
    "size": _QUANTITY,
    "validFor": _PERIOD,
}
_NOTE = Shape({**_OBJECT, "id": _TEXT, "author": _TEXT, "date": _TIME, "text": _TEXT}, (), "Note")
_CHANNEL = Shape(_REFERENCE, ("id",), "ChannelRef")
_RELATION = Shape({**_REFERENCE, "relationshipType": _TEXT}, ("id", "relationshipType"), "TroubleTicketRelationship")
_PLAIN = {
    **_OBJECT,
    "name": _TEXT,
    "description": _TEXT,
    "severity": _TEXT,
    "ticketType": _TEXT,
    "priority": _TEXT,
    "requestedResolutionDate": _TIME,
    "expectedResolutionDate": _TIME,
    "resolutionDate": _TIME,
    "issueStartDate": _TIME,
    "status": _STATUS,
    "statusChangeDate": _TIME,
    "statusChangeReason": _TEXT,
    "channel": _CHANNEL,
    "note": [_NOTE],
}

VERSION_5 = Shape(
    {
        **_PLAIN,
        "attachment": [Shape(_ATTACHMENT, (), "Attachment")],
        "externalIdentifier": [
            Shape(
                {**_OBJECT, "id": _TEXT, "owner": _TEXT, "externalIdentifierType": _TEXT}, ("id",), "ExternalIdentifier"
            )
        ],
        "relatedEntity": [
            Shape(
                {**_OBJECT, "role": _TEXT, "entity": Shape(_REFERENCE, ("id",), "EntityRef")},
                ("role", "entity"),
                "RelatedEntity",
            )
        ],
        "relatedParty": [
            Shape(
                {
                    **_OBJECT,
                    "role": _TEXT,
                    "partyOrPartyRole": Shape(
                        {**_REFERENCE, "partyId": _TEXT, "partyName": _TEXT}, ("id",), "PartyRef"
                    ),
                },
                ("role",),
                "RelatedPartyRefOrPartyRoleRef",
            )
        ],
        "troubleTicketRelationship": [_RELATION],
        "troubleTicketSpecification": Shape({**_REFERENCE, "version": _TEXT}, ("id",), "TroubleTicketSpecificationRef"),
        "troubleTicketCharacteristic": [
            Shape({**_OBJECT, "id": _TEXT, "name": _TEXT, "valueType": _TEXT, "value": _ANY}, ("name",), "")
        ],
    },
    REQUIRED,
    "TroubleTicket",
)
VERSION_4 = Shape(
    {
        **_PLAIN,
        "externalId": _TEXT,
        # Of version 5; whoever sends them with version 4 means the same.
        **{name: VERSION_5.kinds[name] for name in ("externalIdentifier", "troubleTicketCharacteristic")},
        "attachment": [Shape(_ATTACHMENT)],
        "relatedEntity": [Shape({**_REFERENCE, "role": _TEXT}, ("id", "role"))],
        "relatedParty": [Shape({**_REFERENCE, "role": _TEXT}, ("id",))],
        "troubleTicketRelationship": [Shape({**_REFERENCE, "relationshipType": _TEXT})],
        "statusChange": [Shape({**_OBJECT, "changeDate": _TIME, "changeReason": _TEXT, "status": _TEXT})],
    },
    REQUIRED,
)
HUB = Shape({**_OBJECT, "callback": _TEXT, "query": _TEXT}, ("callback",))
OURS = frozenset({"id", "href", "creationDate", "lastUpdate", "statusChangeHistory"})
"""What only the ticket's own system says: it is passed over in a new ticket, and no patch may change it."""


class ShapeError(Exception):
    """What was sent is no trouble ticket. The text names each attribute at fault, and repeats no value."""


def checked(body: Any, shape: Shape, *, whole: bool, typed: bool) -> dict[str, Any]:
    """The body, if it fits. ``whole``: everything required has to be there, as in a new ticket, while a patch may hold
    a part of an object; ``typed``: ``@type``, too, as in version 5.

    :raises ShapeError: with everything that is wrong.
    """
    if not isinstance(body, Mapping):
        raise ShapeError("the body has to be a JSON object")
    faults = [*_faults(body, shape, "", 0, whole=whole)]
    faults += _faults_anywhere(body)
    if typed and not body.get("@type"):
        faults.append("@type is missing")
    faults += [f"{name} has to say something" for name in shape.required if _is_blank(body.get(name))]
    if faults:
        raise ShapeError("; ".join(dict.fromkeys(faults[:20])))
    return dict(body)


def check_changed(document: Mapping[str, Any], names: Iterable[str]) -> None:
    """What a patch of these attributes has left: no object may lack what it has to have.

    :raises ShapeError: with everything that is missing.
    """
    objects = ((name, VERSION_5.kinds.get(name), document.get(name)) for name in names)
    faults = [
        fault
        for name, kind, value in objects
        if isinstance(kind, Shape) and isinstance(value, Mapping)
        for fault in _faults(value, kind, name, 1, whole=True)
    ]
    if faults:
        raise ShapeError("; ".join(faults))


def _faults_anywhere(body: Any) -> Iterator[str]:
    """What no helpdesk keeps, in attributes that are not named here, too."""
    left = [(body, 0)]
    while left:
        value, deep = left.pop()
        if isinstance(value, str):
            if _NO_TEXT.search(value):
                yield "the body holds a NUL or half a surrogate pair, which no text has"
        elif deep > _MOST_NESTED:
            yield "the body is nested too deeply"
        elif isinstance(value, Mapping):
            left += [(each, deep + 1) for each in (*value, *value.values())]
        elif isinstance(value, list):
            left += [(each, deep + 1) for each in value]


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def _faults(value: Mapping[str, Any], shape: Shape, at: str, deep: int, *, whole: bool) -> Iterator[str]:
    if deep > _MOST_DEEP:
        yield f"{at or 'the body'} is too deep"
        return
    if whole:
        yield from (f"{_named(at, name)} is missing" for name in shape.required if value.get(name) is None)
    for name, kind in shape.kinds.items():
        if (given := value.get(name)) is not None:
            yield from _faults_of(given, kind, _named(at, name), deep, whole=whole)


def _faults_of(given: Any, kind: Any, at: str, deep: int, *, whole: bool) -> Iterator[str]:
    if isinstance(kind, Shape):
        if isinstance(given, Mapping):
            yield from _faults(given, kind, at, deep + 1, whole=whole)
        else:
            yield f"{at} has to be an object"
    elif isinstance(kind, list):
        if not isinstance(given, Sequence) or isinstance(given, str):
            yield f"{at} has to be a list"
            return
        for place, item in enumerate(given):
            # A patch replaces lists as a whole.
            yield from _faults_of(item, kind[0], f"{at}[{place}]", deep, whole=True)
    elif kind == _NUMBER:
        if isinstance(given, bool) or not isinstance(given, int | float):
            yield f"{at} has to be a number"
    elif kind != _ANY:
        yield from _faults_of_text(given, kind, at)


def _faults_of_text(given: Any, kind: str, at: str) -> Iterator[str]:
    if not isinstance(given, str):
        yield f"{at} has to be a text"
    elif len(given) > _MOST_LETTERS and not at.endswith("content"):
        yield f"{at} is too long"
    elif kind == _TIME and read_time(given) is None:
        yield f"{at} has to be a date and time with its offset, like 2026-11-23T09:40:00Z"
    elif kind == _STATUS and given not in STATUSES:
        yield f"{at} has to be one of {', '.join(STATUSES)}"


def _named(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def read_time(text: str) -> datetime | None:
    """A date and time of RFC 3339; ``None``: it is none.

    >>> read_time("2026-11-23T09:40:00Z").isoformat()
    '2026-11-23T09:40:00+00:00'
    """
    try:
        at = datetime.fromisoformat(text)
        # In UTC the first and the last day of all may be none.
        return at if at.tzinfo is not None and at.astimezone(UTC) and "T" in text.upper() else None
    except (ValueError, OverflowError):
        return None


def typed(value: Any, kind: Any = VERSION_5) -> Any:
    """The value with ``@type`` in each object that lacks it, by which version 5 tells them apart."""
    if isinstance(kind, list):
        return [typed(item, kind[0]) for item in value] if isinstance(value, list) else value
    if not isinstance(kind, Shape) or not isinstance(value, Mapping):
        return value
    done = {name: typed(item, kind.kinds.get(name)) for name, item in value.items() if item is not None}
    if not done.get("@type") and "@type" in kind.kinds:
        done["@type"] = kind.type_name or characteristic_type(done.get("value"))
    return done


def characteristic_type(value: Any) -> str:
    """The class of a characteristic with this value."""
    if value is None:
        return "Characteristic"
    several = isinstance(value, list)
    one = value[0] if several and value else value
    names: list[tuple[type, str]] = [(bool, "Boolean"), (int, "Integer"), (float, "Number"), (str, "String")]
    name = next((name for kind, name in names if isinstance(one, kind)), "Object")
    return f"{name}{'Array' if several else ''}Characteristic"
