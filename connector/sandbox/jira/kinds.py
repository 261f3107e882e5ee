"""One engine for all kinds of configuration: list, search, show, create, change, delete; and one for properties, which
are what apps keep on projects, issues and comments.

`tables.yaml` declares what is particular to a kind; a `Kind` adds what only code can say, and makes its endpoints.
"""

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from connector.sandbox.jira import seed
from connector.sandbox.jira.access import is_admin
from connector.sandbox.jira.call import Answer, Call, Shape, answers
from connector.sandbox.jira.call import page as pages
from connector.sandbox.jira.errors import JiraError, not_found
from connector.sandbox.jira.records import Flavour, Json, Row, blank

LONGEST_KEY, LONGEST_VALUE = 255, 32_768
"""Of a property, in characters."""
Does = Callable[[Call, Row], Any]


def _nothing(_call: Call, _row: Row) -> None:
    """Nothing more is asked or done."""


def _under(name: str, _call: Call, values: list[Json]) -> Json:
    """The list under a name."""
    return {name: values}


class Kind:
    """A kind of configuration. Each function of a call raises JiraError where Jira refuses it.

    `rows`: its rows by id for a call and the ids of what they belong to, if they belong to others. `check` raises for a
    row that must not be stored, `leave` removes what else is removed with one. `clash`: whether two of the same parent
    cannot exist at once, if not by their names. `made`: what the answer to a create shows, if not the usual, `gone`:
    the answer to a delete, if there is one.
    """

    def __init__(
        self,
        table: str,
        shown: Callable[[Call, Row], Json],
        rows: Callable[..., dict[Any, Row]] | None = None,
        *,
        check: Does = _nothing,
        leave: Does = _nothing,
        clash: Callable[[Row, Row], bool] | None = None,
        made: Callable[[Call, Row], Json] | None = None,
        gone: Callable[[Call], Json] = lambda _call: None,
    ) -> None:
        self.table, self.shown, self.check, self.leave, self.gone = table, shown, check, leave, gone
        self.all: Callable[..., dict[Any, Row]] = rows or (lambda call: getattr(call.world, table))
        self.clash, self.made = clash or self._same_name, made or shown
        self.declared: dict[str, Any] = {"given": ["name", "description"], "needed": ["name"], "kept": ()}
        self.declared |= seed.TABLES[table]
        for one in self.declared.get("lists", ()):
            self._list(**one)
        for one in self.declared.get("serves", ()):
            self._serve(**one)

    def _same_name(self, one: Row, other: Row) -> bool:
        names = (one.name, other.name)
        return len({name.casefold() if self.declared.get("fold") else name for name in names}) == 1

    def row(self, call: Call, *ids: str) -> Row:
        """The row that the last id names. Raises JiraError, mostly 404."""
        *above, number = ids
        rows = self.all(call, *above)
        found = rows.get(number) or (rows.get(int(number)) if number.isdecimal() else None)
        if found is None or not self._seen(call, found):
            status, text = self.declared.get("missing", (404, ""))
            raise JiraError(status, text.format(number=number)) if text else not_found(self.declared["what"])
        return found

    def own(self, call: Call, *ids: str) -> Row:
        """The row, if the caller may change or remove it. Raises JiraError, mostly 404."""
        row = self.row(call, *ids)
        if self.declared.get("owned") and row.owner != call.user.id and not is_admin(call.user):
            raise not_found(self.declared["what"])
        return row

    def _seen(self, call: Call, row: Row) -> bool:
        return (
            not self.declared.get("owned")
            or row.owner == call.user.id
            or bool(row.sharePermissions)
            or is_admin(call.user)
        )

    def _take(self, call: Call, row: Row, needed: Iterable[str]) -> None:
        """Writes the values of the request into the row. Raises JiraError 400."""
        body = call.fields()
        for name in needed:
            if isinstance(getattr(row, name), str):
                call.text(name)
            elif name not in body:
                raise JiraError(400, fields={name: f"The {name} must be given."})
        for name in body.keys() & self.declared["given"]:
            kind = type(getattr(row, name))
            setattr(row, name, kind(body[name] or kind()))
        self.check(call, row)

    def listed(self, call: Call, *above: str, by: Iterable[str] = (), ids: str = "") -> list[Row]:
        """Rows that the caller sees. ``by``: parameters that name a part of the name; ``ids``: one that names ids."""
        wanted = next((call.query[name] for name in by if call.query.get(name)), "").lower()
        only = set(call.words(ids))
        rows = [row for row in self.all(call, *above).values() if self._seen(call, row)]
        return [row for row in rows if (not wanted or wanted in row.name.lower()) and (not only or row.id in only)]

    def _list(self, path: str, on: Flavour | None = None, page: int = 0, below: str = "", **search: Any) -> None:
        shape: Shape | None = partial(_under, below) if below else None
        if page:
            shape = partial(pages, default=page, below=below or "values")

        @answers(f"GET {path}", on=on, admin=not self.declared.get("readable"), shape=shape)
        def _listed(call: Call, *above: str) -> Json:
            return [self.shown(call, row) for row in self.listed(call, *above, **search)]

    def _serve(
        self,
        path: str,
        *,
        on: Flavour | None = None,
        show: bool = False,
        create: int = 0,
        change: int = 0,
        delete: int = 0,
    ) -> None:
        admin = not self.declared.get("writable")
        if show:
            reads = not self.declared.get("readable")
            answers(f"GET {path}/*", on=on, admin=reads)(lambda call, *ids: self.shown(call, self.row(call, *ids)))
        if create:
            answers(f"POST {path}", create, on=on, admin=admin)(self._create)
        if change:
            answers(f"PUT {path}/*", change, on=on, admin=admin)(partial(self._change, shows=change != 204))
        if delete:
            answers(f"DELETE {path}/*", delete, on=on, admin=admin)(self._delete)

    def _create(self, call: Call, *above: str) -> Json:
        owned = self.declared.get("owned")
        rows, row = self.all(call, *above), blank(self.table, **({"owner": call.user.id} if owned else {}))
        self._take(call, row, self.declared["needed"])
        others = [other for other in rows.values() if not owned or other.owner == row.owner]
        if "taken" in self.declared and any(self.clash(row, other) for other in others):
            status, field, text = self.declared["taken"]
            said = text.format(name=row.name)
            raise JiraError(status, fields={field: said}) if field else JiraError(status, said)
        number = call.world.next_id(self.table)
        row.id = number if self.declared.get("whole") else str(number)
        rows[row.id] = row
        return self.made(call, row)

    def _change(self, call: Call, *ids: str, shows: bool) -> Json:
        row = self.own(call, *ids)
        # What is refused half-way must leave the row as it was.
        draft = Row(**vars(row))
        if self.declared.get("replaces"):
            vars(draft).update({name: getattr(blank(self.table), name) for name in self.declared["given"]})
        self._take(call, draft, self.declared["kept"])
        vars(row).update(vars(draft))
        return self.shown(call, row) if shows else None

    def _delete(self, call: Call, *ids: str) -> Json:
        row = self.own(call, *ids)
        self.leave(call, row)
        del self.all(call, *ids[:-1])[row.id]
        return self.gone(call)


def checked(key: str, value: Json) -> Json:
    """The value, if key and value are not too long. Raises JiraError 400."""
    if not key or len(key) > LONGEST_KEY:
        raise JiraError(400, f"The property key length must be between 1 and {LONGEST_KEY} characters.")
    if len(json.dumps(value, ensure_ascii=False)) > LONGEST_VALUE:
        raise JiraError(400, f"The length of the property value is longer than {LONGEST_VALUE} characters.")
    return value


def serve_properties(
    path: str, may_write: Callable[[Call, Any], None] = lambda _call, _of: None, *, deletes: bool = True
) -> None:
    """`GET`, `PUT` and, with `deletes`, `DELETE` of `path/properties/{name}`; the path ends in a noun."""

    @answers(f"GET {path}/properties/*")
    def _shown(_call: Call, of: Any, name: str) -> Json:
        return {"key": name, "value": _there(of, name)}

    @answers(f"PUT {path}/properties/*")
    def _stored(call: Call, of: Any, name: str) -> Answer:
        may_write(call, of)
        new = name not in of.properties
        of.properties[name] = checked(name, call.body)
        return Answer(201 if new else 200)

    def _dropped(call: Call, of: Any, name: str) -> None:
        may_write(call, of)
        _there(of, name)
        del of.properties[name]

    if deletes:
        answers(f"DELETE {path}/properties/*")(_dropped)


def _there(of: Any, name: str) -> Json:
    if name not in of.properties:
        raise JiraError(404, f"The property with key '{name}' does not exist.")
    return of.properties[name]
