"""What data a message gets, as its file declares it, and sample data of these kinds.

A kind is ``text`` (also a stranger's), ``word`` (one of ours), ``number``, ``time``, ``duration``, ``field``,
``person``, ``yes or no``, ``one of a, b``; a list of a kind as ``[kind]``; a record as ``{name: kind}``. A name that
ends with ``?`` may be missing or empty.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from connector.domain.fields import ASKABLE
from connector.domain.vocabulary import Actor, Impact, Urgency

Kinds = Mapping[str, Any]
"""Name → kind, as written."""

COMMON: Kinds = {
    "ticket": {"number": "word", "title": "text"},
    "customer?": "text",
    "provider": "word",
    "policy": "word",
}
"""What every message gets: the ticket, the name of the customer's contact, the policy's name for us and its version."""

_ONE_OF = "one of "
_AGE, _MATRIX = "ticket age 2 h at P2", "impact degradation × urgency high"
_AT = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)

_SAMPLES: Mapping[str, tuple[Any, ...]] = {
    "text": ("as described above",),
    "word": ("41007",),
    "number": (3,),
    "time": (_AT,),
    "duration": (timedelta(hours=1, minutes=30),),
    "field": ("priority",),
    "person": (Actor.CUSTOMER,),
    "yes or no": (True, False),
}
_BY_NAME: Mapping[str, tuple[Any, ...]] = {
    "ticket": ({"number": "41002", "title": "Line to Hamburg is down"},),
    "customer": ("Ada Lovelace",),
    "provider": ("Interspace",),
    "policy": ("badaff38a31a.67ff9b",),
    "missing": ([*ASKABLE], ["impact"]),
    "doubts": (['Is "03/04" 3 April or 4 March?'],),
    "zone": ("UTC",),
    "service_id": ("SVC-1005",),
    "service": ("SVC-1005",),
    "circuit_id": ("HAM-ETH-0108",),
    "circuit": ("HAM-ETH-0108",),
    "ip_addresses": ("192.0.2.1",),
    "region": ("Hamburg",),
    "place": ("Hamburg",),
    "group": ("Operations",),
    "phone": ("+49 40 5550100",),
    "whose": ("Harbour Bank",),
    "caller": ("Ada Lovelace",),
    "task": ("41012",),
    "receiver": ("director@interspace.example",),
    "version": (2,),
    "page": ("https://support.interspace.example/tickets/41002",),
    "link": ("https://support.interspace.example/tickets/41002",),
    "set": ("P1",),
    "counts": ("P3",),
    "phrase": ("please escalate, and send the RFO",),
    "escalation": ("please escalate, and send the RFO",),
    "rfo": ("please escalate, and send the RFO",),
    "consent": ("tomorrow may be all right",),
    "cause": ("the mail server refused it",),
    "workaround": ("Use the backup line.",),
    "state": ("on hold",),
    "percent": (80,),
    "owner": ("Grace Hopper",),
    "contact": ("ada@harbour.example",),
    "known": ("harbour",),
    "impact": (Impact.DEGRADATION,),
    "urgency": (Urgency.HIGH,),
    "before": ("P3",),
    "after": ("P1",),
    "kept": ("P2",),
    "computed": ("P3",),
    "why": (_AGE,),
    "reason": (_MATRIX,),
    "said": ("03/04",),
    "date": ("3 April 2026",),
    "other": ("4 March 2026",),
    "weekday": ("Friday",),
    "priority": ("P2",),
    "files": (["ping.log", "mtr.txt"],),
    "eligible": (["critical", "major"],),
    "name": ("director",),
    "contacts": (["Director on duty", "director@interspace.example"],),
    "passed": (
        [
            {"level": 1, "name": "shift", "at": _AT, "why": _AGE, "contacts": ["Shift"]},
            {"level": 2, "name": "head", "at": _AT, "why": _AGE, "contacts": []},
        ],
    ),
}
"""More telling samples than those of the kind."""

MESSAGES_WITHIN: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    _AGE: ("reason_age", {"age": timedelta(hours=2), "priority": "P2"}),
    _MATRIX: ("priority_by_matrix", {"impact": Impact.DEGRADATION, "urgency": Urgency.HIGH, "default": False}),
}
"""Samples that are messages themselves: the English text, and what says it in every language."""


def names(kinds: Kinds) -> frozenset[str]:
    """The names of the data."""
    return frozenset(name.removesuffix("?") for name in kinds)


def nothing(kinds: Kinds) -> dict[str, Any]:
    """The values of what may be missing."""
    return {name[:-1]: [] if isinstance(kind, list) else None for name, kind in kinds.items() if name.endswith("?")}


def malformed(kinds: Kinds) -> Iterator[str]:
    """What is wrong with the kinds that a message declares."""
    for name in names(kinds) & names(COMMON):
        yield f"{name}: every message gets it already"
    yield from _malformed(kinds)


def _malformed(kinds: Kinds) -> Iterator[str]:
    for name, kind in kinds.items():
        if not name.removesuffix("?").isidentifier() or name in ("reader", "loop"):
            yield f"{name!r} cannot be the name of data"
        yield from (f"{name}: {wrong}" for wrong in _malformed_kind(kind))


def _malformed_kind(kind: Any) -> Iterator[str]:
    if isinstance(kind, Mapping):
        yield from _malformed(kind)
    elif isinstance(kind, list):
        if len(kind) == 1:
            yield from _malformed_kind(kind[0])
        else:
            yield "a list has one kind, as in [text]"
    elif not isinstance(kind, str) or (kind not in _SAMPLES and not kind.startswith(_ONE_OF)):
        yield f"there is no kind {kind!r}; kinds are {', '.join(_SAMPLES)}, one of a, b"


def samples(kinds: Kinds) -> Iterator[dict[str, Any]]:
    """Data for a message: first with everything there, then every combination of what may differ."""
    choices = {
        name.removesuffix("?"): [*_values(name.removesuffix("?"), kind), *nothing({name: kind}).values()]
        for name, kind in kinds.items()
    }
    for values in product(*choices.values()):
        yield dict(zip(choices, values, strict=True))


def with_texts(data: Any, kind: Any, text: Callable[[str], str]) -> Any:
    """The data with each text in it, which a stranger may have written, replaced."""
    if data is None:
        return None
    if isinstance(kind, Mapping):
        kinds = {name.removesuffix("?"): each for name, each in kind.items()}
        return {name: with_texts(value, kinds[name], text) for name, value in data.items()}
    if isinstance(kind, list):
        return [with_texts(value, kind[0], text) for value in data]
    return text(data) if kind == "text" else data


def _values(name: str, kind: Any) -> list[Any]:
    if isinstance(kind, str) and kind.startswith(_ONE_OF):
        return [*kind.removeprefix(_ONE_OF).split(", ")]
    if name in _BY_NAME:
        return list(_BY_NAME[name])
    if isinstance(kind, Mapping):
        return list(samples(kind))
    if isinstance(kind, list):
        members = _values(name.removesuffix("s"), kind[0])
        return [members[:1] * 2, members]
    return list(_SAMPLES[kind])
