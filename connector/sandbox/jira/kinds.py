"""One engine for all kinds of configuration: list, search, show, create, change, delete.

A `Kind` declares what is particular to one: where its rows are, which columns a request gives, who may do what, what
an answer shows. `lists` and `serves` make endpoints of it, with the shapes and statuses that Jira answers each path by.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.sandbox.jira.access import require_admin
from connector.sandbox.jira.call import Call, page
from connector.sandbox.jira.endpoints import Answer, answers
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.records import Flavour, Json, Row, blank

Shape = Callable[[Call, list[Json]], Json]
Does = Callable[[Call, Row], None]
NAMED = {"name": "name", "description": "description"}


def _nothing(_call: Call, _row: Row) -> None:
    """Nothing more is asked or done."""


@dataclass(frozen=True)
class Kind:
    """A kind of configuration. Each function of a call raises JiraError where Jira refuses it."""

    what: str
    """What Jira calls one in the message that there is none: `The filter`."""
    table: str
    """The table of its rows, which is also the sequence that numbers them and names their columns."""
    shown: Callable[[Call, Row], Json]
    rows: Callable[..., dict[Any, Row]] | None = None
    """The rows by id, if they belong to others. Its arguments: the call and the ids of what they belong to."""
    new: Callable[[Call], dict[str, Any]] = lambda _call: {}
    """What a new row has by itself."""
    whole: bool = False
    """Ids are numbers instead of texts."""
    columns: Mapping[str, str] = field(default_factory=lambda: NAMED)
    """The attribute of a row by its name in a request."""
    required: tuple[str, ...] = ("name",)
    """The columns that a create has to give; `kept`: those that an update has to give."""
    kept: tuple[str, ...] = ()
    replaces: bool = False
    """Whether an update empties what it does not give."""
    readable: bool = False
    """Whether everybody may read rows, and not administrators only; `writable`: write them."""
    writable: bool = False
    seen: Callable[[Call, Row], bool] = lambda _call, _row: True
    own: Does = _nothing
    """Raises for whoever may not change or remove this row."""
    clash: Callable[[Row, Row], bool] = lambda row, other: bool(row.name == other.name)
    """Whether these two rows cannot exist at once."""
    taken: Callable[[str], JiraError] | None = None
    """The error for the second of them; None: there may be both."""
    check: Does = _nothing
    """Raises for a row that must not be stored."""
    leave: Does = _nothing
    """Removes what else is removed with a row."""
    missing: Callable[[str], JiraError] | None = None
    """The error for an id that no row has which the caller sees, if it is not the usual one."""
    made: Callable[[Call, Row], Json] | None = None
    """What the answer to a create shows, if not the usual; `gone`: the answer to a delete, if there is one."""
    gone: Callable[[Call], Json] = lambda _call: None

    def all(self, call: Call, *above: str) -> dict[Any, Row]:
        """The rows by id; ``above`` are the ids of what they belong to."""
        found: dict[Any, Row] = self.rows(call, *above) if self.rows else getattr(call.world, self.table)
        return found

    def row(self, call: Call, *ids: str) -> Row:
        """The row that the last id names. Raises JiraError, mostly 404."""
        *above, number = ids
        rows = self.all(call, *above)
        found = rows.get(number) or (rows.get(int(number)) if number.isdecimal() else None)
        if found is None or not self.seen(call, found):
            raise self.missing(number) if self.missing else not_found(self.what)
        return found

    def owned(self, call: Call, *ids: str) -> Row:
        """The row, if the caller may change it."""
        if not self.writable:
            require_admin(call)
        row = self.row(call, *ids)
        self.own(call, row)
        return row

    def take(self, call: Call, row: Row, required: tuple[str, ...]) -> None:
        """Writes the values of the request into the row. Raises JiraError 400."""
        body = call.fields()
        for name in required:
            if isinstance(getattr(row, self.columns[name]), str):
                call.text(name)
            elif name not in body:
                raise JiraError(400, fields={name: f"The {name} must be given."})
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


def lists(
    kind: Kind, path: str, shape: Shape = plain, *, by: tuple[str, ...] = (), ids: str = "", on: Flavour | None = None
) -> None:
    """`GET` of all rows. ``by``: the parameters that name a part of the name; ``ids``: the one that names whole ids."""

    @answers(f"GET {path}", on=on, admin=not kind.readable)
    def _listed(call: Call, *above: str) -> Json:
        wanted = next((call.query[name] for name in by if call.query.get(name)), "").lower()
        only = set(call.words(ids))
        rows = [row for row in kind.all(call, *above).values() if kind.seen(call, row)]
        found = [row for row in rows if wanted in row.name.lower()] if wanted else rows
        return shape(call, [kind.shown(call, row) for row in found if not only or row.id in only])


def serves(
    kind: Kind,
    path: str,
    *,
    show: bool = False,
    create: int = 0,
    change: int = 0,
    delete: int = 0,
    on: Flavour | None = None,
) -> None:
    """`GET`, `POST`, `PUT` and `DELETE` of one row, each if it is named, with the status that it is answered with."""

    def _shown(call: Call, *ids: str) -> Json:
        return kind.shown(call, kind.row(call, *ids))

    def _created(call: Call, *above: str) -> Json:
        rows, row = kind.all(call, *above), blank(kind.table, **kind.new(call))
        kind.take(call, row, kind.required)
        if kind.taken and any(kind.clash(row, other) for other in rows.values()):
            raise kind.taken(row.name)
        number = call.world.next_id(kind.table)
        row.id = number if kind.whole else str(number)
        rows[row.id] = row
        return (kind.made or kind.shown)(call, row)

    def _changed(call: Call, *ids: str) -> Answer:
        row = kind.owned(call, *ids)
        # What is refused half-way must leave the row as it was.
        draft = Row(**vars(row))
        if kind.replaces:
            fresh = vars(blank(kind.table))
            vars(draft).update({name: fresh[name] for name in kind.columns.values()})
        kind.take(call, draft, kind.kept)
        vars(row).update(vars(draft))
        return Answer(change, None if change == 204 else kind.shown(call, row))

    def _deleted(call: Call, *ids: str) -> Json:
        row = kind.owned(call, *ids)
        kind.leave(call, row)
        del kind.all(call, *ids[:-1])[row.id]
        return kind.gone(call)

    if show:
        answers(f"GET {path}/*", on=on, admin=not kind.readable)(_shown)
    if create:
        answers(f"POST {path}", create, on=on, admin=not kind.writable)(_created)
    if change:
        answers(f"PUT {path}/*", change, on=on)(_changed)
    if delete:
        answers(f"DELETE {path}/*", delete, on=on)(_deleted)
