"""What of the rules is touched by something that sets fields of Jira."""

from collections.abc import Iterable

from connector.helpdesks.jira.doctor.context import Context

_NATIVE = {"priority": "priority", "status": "state"}
_OTHERS = {
    "summary": "rewrites the summary, which the rules read for details: what the customer wrote there is lost to them",
    "description": "rewrites the description, which the rules read: what the customer wrote there is lost to them",
    "issuetype": "changes the type of issues: out of the rules' types, where the rules end, or into them",
    "project": "moves issues to another project, where the rules end",
    "resolution": "sets the resolution: one that is no repair makes an issue count as cancelled (not_repaired)",
    "reporter": "changes the reporter: to the rules another person is the customer then",
}


def touched(context: Context, fields: Iterable[str]) -> tuple[list[str], list[str]]:
    """The rules' names of these fields of Jira, by id or name, and what else follows, a sentence each."""
    known = {**_NATIVE, **context.site.fields.fields, **context.site.fields.named}
    by_any_case = {name.casefold(): field for name, field in known.items()}
    named = [name.casefold() for name in dict.fromkeys(fields)]
    sets = dict.fromkeys(by_any_case[name] for name in named if name in by_any_case)
    return list(sets), [_OTHERS[name] for name in named if name in _OTHERS]
