"""One engine for all kinds of configuration: list, search, show, create, update, delete.

A `Kind` declares what is particular to one: where its rows are, which columns a request gives, who may do what, what
an answer shows. The functions below make handlers of it, with the statuses and shapes that Jira answers each path with.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.sandbox.jira.access import require_admin
from connector.sandbox.jira.call import Answer, Call, page
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.records import Json, Row

Handler = Callable[..., Answer]
Shape = Callable[[Call, list[Json]], Json]


def anybody(_call: Call) -> None:
    """For ``read`` and ``write``: everybody who is logged in may."""


def nothing(_call: Call, _row: Row) -> None:
    """For ``own``, ``check`` and ``leave``: nothing more is asked or done."""


@dataclass(frozen=True)
class Kind:
    """A kind of configuration. Each function of a call raises JiraError where Jira refuses it."""

    what: str
    """What Jira calls one in the message that there is none: `The filter`."""
    rows: Callable[..., dict[Any, Row]]
    """The rows by id. Its arguments: the call and the ids of what the rows belong to."""
    shown: Callable[[Call, Row], Json]
    new: Callable[[Call], Row] = lambda _call: Row(name="", description="")
    """A row without its id, with the values that a request may leave out."""
    sequence: str = ""
    """The sequence that numbers new rows. Ids are texts, or numbers if `whole`."""
    whole: bool = False
    columns: Mapping[str, str] = field(default_factory=lambda: {"name": "name", "description": "description"})
    """The attribute of a row by its name in a request."""
    required: tuple[str, ...] = ("name",)
    """The columns that a create has to give; `kept`: those that an update has to give."""
    kept: tuple[str, ...] = ()
    replaces: bool = False
    """Whether an update empties what it does not give."""
    read: Callable[[Call], None] = require_admin
    write: Callable[[Call], None] = require_admin
    seen: Callable[[Call, Row], bool] = lambda _call, _row: True
    own: Callable[[Call, Row], None] = nothing
    """Raises for whoever may not change or remove this row."""
    clash: Callable[[Row, Row], bool] = lambda row, other: bool(row.name == other.name)
    """Whether these two rows cannot exist at once."""
    taken: Callable[[str], JiraError] | None = None
    """The error for the second of them; None: there may be both."""
    check: Callable[[Call, Row], None] = nothing
    """Raises for a row that must not be stored."""
    leave: Callable[[Call, Row], None] = nothing
    """Removes what else is removed with a row."""
    missing: Callable[[str], JiraError] | None = None
    """The error for an id that no row has which the caller sees, if it is not the usual one."""

    def row(self, call: Call, *ids: str) -> Row:
        """The row that the last id names. Raises JiraError, mostly 404."""
        *above, number = ids
        rows = self.rows(call, *above)
        found = rows.get(number) or (rows.get(int(number)) if number.isdecimal() else None)
        if found is None or not self.seen(call, found):
            raise self.missing(number) if self.missing else not_found(self.what)
        return found

    def take(self, call: Call, row: Row, required: tuple[str, ...]) -> None:
        """Writes the values of the request into the row. Raises JiraError 400."""
        body = call.fields()
        for name in required:
            if isinstance(getattr(row, self.columns[name]), list) and name not in body:
                raise JiraError(400, fields={name: f"The {name} must be given."})
            if isinstance(getattr(row, self.columns[name]), str):
                call.text(name)
        for name, attribute in self.columns.items():
            kind = type(getattr(row, attribute))
            if name in body:
                setattr(row, attribute, kind(body[name] or kind()))
        self.check(call, row)


def paged(default: int = 50) -> Shape:
    """Pages of this length, if the caller does not ask for another."""
    return lambda call, values: page(call, values, default)


def plain(_call: Call, values: list[Json]) -> Json:
    """A list and nothing else."""
    return values


def below(name: str) -> Shape:
    """An object with the list under this name."""
    return lambda _call, values: {name: values}


def listed(kind: Kind, shape: Shape = plain, *, by: tuple[str, ...] = (), ids: str = "") -> Handler:
    """Lists rows. ``by``: the parameters that name a part of the name; ``ids``: the one that names whole ids."""

    def answer(call: Call, *above: str) -> Answer:
        kind.read(call)
        wanted = next((call.query[name] for name in by if call.query.get(name)), "").lower()
        only = set(call.words(ids))
        found = [
            row
            for row in kind.rows(call, *above).values()
            if kind.seen(call, row) and (not wanted or wanted in row.name.lower()) and (not only or row.id in only)
        ]
        return 200, shape(call, [kind.shown(call, row) for row in found])

    return answer


def shown(kind: Kind) -> Handler:
    """One row."""

    def answer(call: Call, *ids: str) -> Answer:
        kind.read(call)
        return 200, kind.shown(call, kind.row(call, *ids))

    return answer


def made(kind: Kind, status: int = 201, shown: Callable[[Call, Row], Json] | None = None) -> Handler:
    """A new row, and what the answer shows of it."""

    def answer(call: Call, *above: str) -> Answer:
        kind.write(call)
        rows, row = kind.rows(call, *above), kind.new(call)
        kind.take(call, row, kind.required)
        if kind.taken and any(kind.clash(row, other) for other in rows.values()):
            raise kind.taken(row.name)
        number = call.world.next_id(kind.sequence)
        row.id = number if kind.whole else str(number)
        rows[row.id] = row
        return status, (shown or kind.shown)(call, row)

    return answer


def changed(kind: Kind, status: int = 204) -> Handler:
    """A row with other values: the answer shows it where it is not empty (204)."""

    def answer(call: Call, *ids: str) -> Answer:
        kind.write(call)
        row = kind.row(call, *ids)
        kind.own(call, row)
        # What is refused half-way must leave the row as it was.
        draft = Row(**vars(row))
        if kind.replaces:
            vars(draft).update({a: v for a, v in vars(kind.new(call)).items() if a in kind.columns.values()})
        kind.take(call, draft, kind.kept)
        vars(row).update(vars(draft))
        return status, None if status == 204 else kind.shown(call, row)

    return answer


def removed(kind: Kind, status: int = 204, told: Callable[[Call], Json] = lambda _call: None) -> Handler:
    """A row that is gone, with what belongs to it."""

    def answer(call: Call, *ids: str) -> Answer:
        kind.write(call)
        row = kind.row(call, *ids)
        kind.own(call, row)
        kind.leave(call, row)
        rows = kind.rows(call, *ids[:-1])
        del rows[row.id]
        return status, told(call)

    return answer
