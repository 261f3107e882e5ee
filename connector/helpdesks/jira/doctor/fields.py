"""Do the custom fields exist and fit, belong to the project, and stand on its screens with their options?"""

from collections.abc import Container, Iterable, Iterator

from connector.doctor.context import Row
from connector.doctor.finding import Observation, fail, ok, skipped
from connector.domain.fields import CATALOGUE
from connector.domain.vocabulary import TicketKind
from connector.helpdesks.answer import objects
from connector.helpdesks.errors import UnavailableError
from connector.helpdesks.jira.doctor.context import Context
from connector.helpdesks.jira.install.fields import FIT, SYSTEM_FIELDS
from connector.helpdesks.jira.install.pages import row_of
from connector.helpdesks.jira.install.site import ASSOCIATIONS, types, wanted_options
from connector.helpdesks.jira.listing import quoted
from connector.helpdesks.jira.values import TYPE_PREFIX, field_kind

_HAND = "interspace install checklist jira says what an admin has to do by hand."


def fields(context: Context) -> Observation:
    """The custom fields of the mapping exist and fit. They are looked for as the connector does at its start."""
    try:
        ids = context.site.fields.ids
    except UnavailableError as error:
        return fail(
            str(error), "Create them with interspace install apply jira, or name yours in the mapping under fields."
        )
    rows = {str(row.get("id")): row for row in context.rows("field")}
    wrong = [problem for field, field_id in ids.items() for problem in _type_problems(field, rows[field_id])]
    if wrong:
        return fail("; ".join(wrong), "Name other fields in the mapping: a type cannot be changed.")
    return ok(f"all {len(ids)} custom fields are there, of the right type")


def _lacking(context: Context, held: Container[str], kinds: Iterable[TicketKind]) -> list[str]:
    """The names of our fields of tickets of these kinds whose ids are not among those that are there."""
    names = {**context.mapping.fields, "group": context.mapping.group_field}
    return [
        names[field]
        for field, field_id in context.site.fields.ids.items()
        if field_id not in held and not CATALOGUE[field].on.isdisjoint(kinds)
    ]


def _kind(context: Context, issue_type: str) -> tuple[TicketKind, ...]:
    return tuple(kind for kind in TicketKind if issue_type in context.mapping.types_of(kind))


def associated(context: Context) -> Observation:
    """The fields belong to the project (Cloud, since 2026). Before that, and on Data Center, every project had them."""
    rows = context.current.tables.get(ASSOCIATIONS) or ()
    if not rows:
        return ok("every project has every field")
    lacking = {row["name"]: missing for row in rows if (missing := _lacking(context, row["fields"], row["kinds"]))}
    if lacking:
        told = "; ".join(f"the {name} lacks {', '.join(missing)}" for name, missing in lacking.items())
        return fail(
            f"{told}: nobody can set them, whatever screens they are on", "interspace install apply jira adds them."
        )
    return ok(f"the {rows[0]['name'].partition(':')[0]} has all {len(context.site.fields.ids)}")


def on_screens(context: Context) -> Observation:
    """Only what is on its screen can be set when an issue is created; Jira refuses everything else."""
    lacking = []
    for kind, form in context.forms.items():
        missing = _lacking(context, form, _kind(context, kind))
        missing += [name for name in SYSTEM_FIELDS if name not in form]
        if missing:
            lacking.append(f"{kind}: {', '.join(missing)}")
    if lacking:
        return fail(
            f"not on the screen of {'; '.join(lacking)}",
            f"interspace install apply jira puts them there, with --adopt also on shared screens. {_HAND}",
        )
    return ok(f"all fields, for {', '.join(context.forms)}")


def on_edit_screens(context: Context) -> Observation:
    """What is changed later has to be on the screen of edits, which may be another one; a write leaves the rest out.
    The newest open issue of each type shows it."""
    seen, lacking = [], []
    for kind in sorted(context.mapping.handled_types):
        issue = _newest(context, kind)
        if issue is not None:
            seen.append(kind)
            form = row_of(context.bot, f"api/2/issue/{issue}/editmeta").get("fields") or {}
            missing = _lacking(context, form, _kind(context, kind))
            missing += [name for name in _edited_fields(context, kind) if name not in form]
            lacking += [f"{kind}: {', '.join(missing)}"] if missing else []
    if lacking:
        return fail(
            f"not on the screen of edits of {'; '.join(lacking)}: what the rules write there is left out",
            f"interspace install apply jira puts them there, with --adopt also on shared screens. {_HAND}",
        )
    if not seen:
        return skipped("there is no open issue yet that shows its screen of edits", "Examine again when there is one.")
    return ok(f"all fields, for {', '.join(seen)}")


def _edited_fields(context: Context, kind: str) -> tuple[str, ...]:
    """Jira's own fields that the connector changes later."""
    return ("priority", "duedate") if kind == context.mapping.issue_types.rfo_task else ("priority",)


def _newest(context: Context, kind: str) -> str | None:
    of_kind = f"project = {quoted(context.mapping.project)} AND {types((kind,))}"
    jql = f"{of_kind} AND statusCategory != Done ORDER BY created DESC"
    answer = context.bot.post(context.flavour.search, {"jql": jql, "fields": ["issuetype"], "maxResults": 1})
    rows = objects(answer.get("issues") if isinstance(answer, dict) else None, "Jira POST search: issues")
    return str(rows[0]["id"]) if rows else None


def options(context: Context) -> Observation:
    """A value that is no option cannot be set."""
    names = {**context.mapping.fields, "group": context.mapping.group_field}
    form: dict[str, Row] = {field_id: row for rows in context.forms.values() for field_id, row in rows.items()}
    wrong = []
    for field, field_id in context.site.fields.ids.items():
        offered = {str(value.get("value")) for value in form.get(field_id, {}).get("allowedValues") or ()}
        missing = [value for value in wanted_options(context.mapping, field) if value not in offered]
        if missing:
            wrong.append(f"{names[field]!r} has no option {', '.join(missing)}")
    if wrong:
        return fail("; ".join(wrong), f"interspace install apply jira adds them on Cloud. {_HAND}")
    return ok("every list offers what the rules set")


def _type_problems(field: str, row: Row) -> Iterator[str]:
    kind = str((row.get("schema") or {}).get("custom", "")).removeprefix(TYPE_PREFIX)
    wanted = field_kind(field)
    if kind not in FIT.get(wanted, (wanted,)):
        yield f"{row.get('name')!r} is of type {kind or 'unknown'}, not {wanted}"
