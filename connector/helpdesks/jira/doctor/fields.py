"""Has every field of the rules its custom field, of the right type, with the right options, on the screens?"""

from collections.abc import Iterator

from connector.doctor.context import Row
from connector.doctor.finding import Observation, fail, ok
from connector.helpdesks.errors import UnavailableError
from connector.helpdesks.jira.doctor.context import Context
from connector.helpdesks.jira.install.fields import FIT, SYSTEM_FIELDS
from connector.helpdesks.jira.install.site import wanted_options
from connector.helpdesks.jira.values import TYPE_PREFIX, field_kind

_HAND = "interspace install checklist jira says what an admin has to do by hand."


def fields(context: Context) -> Observation:
    """As the connector looks for them at its start."""
    try:
        ids = context.site.fields.ids
    except UnavailableError as error:
        return fail(
            str(error), "Create them with interspace install apply jira, or name yours in the mapping under fields."
        )
    rows = {str(row.get("id")): row for row in context.rows("field")}
    wrong = [problem for field, number in ids.items() for problem in _type_problems(field, rows[number])]
    if wrong:
        return fail("; ".join(wrong), "Name other fields in the mapping: a type cannot be changed.")
    return ok(f"all {len(ids)} custom fields are there, of the right type")


def on_screens(context: Context) -> Observation:
    """Only what is on its screen can be set when an issue is created; Jira refuses everything else."""
    ids, names = context.site.fields.ids, {**context.mapping.fields, "group": context.mapping.group_field}
    lacking = []
    for kind, form in context.forms.items():
        missing = [names[field] for field, number in ids.items() if number not in form]
        missing += [name for name in SYSTEM_FIELDS if name not in form]
        if missing:
            lacking.append(f"{kind}: {', '.join(missing)}")
    if lacking:
        return fail(
            f"not on the screen of {'; '.join(lacking)}",
            f"interspace install apply jira puts them there, with --adopt also on shared screens. {_HAND}",
        )
    return ok(f"all fields, for {', '.join(context.forms)}")


def options(context: Context) -> Observation:
    """A value that is no option cannot be set."""
    names = {**context.mapping.fields, "group": context.mapping.group_field}
    form: dict[str, Row] = {number: row for rows in context.forms.values() for number, row in rows.items()}
    wrong = []
    for field, number in context.site.fields.ids.items():
        offered = {str(value.get("value")) for value in form.get(number, {}).get("allowedValues") or ()}
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
