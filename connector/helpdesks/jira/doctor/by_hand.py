"""What the checklist asks of an admin, as far as Jira's API shows it: request types, queues and goals."""

from collections.abc import Iterator, Mapping

from connector.doctor import configuration, telling
from connector.doctor.context import Row
from connector.doctor.finding import CheckStatus, Observation, ok, skipped, warn
from connector.domain.vocabulary import Priority
from connector.helpdesks.errors import PermanentError
from connector.helpdesks.jira.doctor.context import Context
from connector.helpdesks.jira.install.checklist import FIRST_RESPONSE, REPAIR, asked_fields, queues, without_project
from connector.helpdesks.jira.install.pages import desk_paged, row_of
from connector.helpdesks.jira.install.site import types
from connector.helpdesks.jira.listing import quoted
from connector.helpdesks.jira.notifying import Notifier
from connector.policy.contacts import addresses

_DO = "interspace install checklist jira says how, with the link to the page."
_LATEST = 10
"""Issues among which one with goals is looked for."""


def request_types(context: Context) -> Observation:
    """One request type at least asks for everything that the guide asks for (R10, R15–R22)."""
    forms = _forms(context)
    if not forms:
        return warn("no request type makes an incident", f"Create one for faults. {_DO}")
    ids, names = context.site.fields.ids, context.mapping.fields
    lacking = {
        kind: [names[field] for field in asked_fields(context.mapping) if ids[field] not in form]
        for kind, form in forms.items()
    }
    whole = [kind for kind, missing in lacking.items() if not missing]
    if whole:
        return ok(f"{', '.join(whole)} asks for everything")
    kind, missing = min(lacking.items(), key=lambda pair: len(pair[1]))
    return warn(f"no request type asks for everything; {kind!r} lacks {', '.join(missing)}", _DO)


def required(context: Context) -> Observation:
    """The portal asks for the required details at once (R15–R18); everything else is asked back by the rules."""
    ids, needed = context.site.fields.ids, context.policy.intake.required
    loose = {
        kind: [context.mapping.fields[field] for field in needed if not form.get(ids[field], {}).get("required")]
        for kind, form in _forms(context).items()
    }
    if not loose:
        return skipped("no request type makes an incident")
    if not all(loose.values()):
        return ok(", ".join(kind for kind, missing in loose.items() if not missing))
    kind, missing = min(loose.items(), key=lambda pair: len(pair[1]))
    return warn(f"not required by {kind!r}: {', '.join(missing)}", _DO)


def queues_there(context: Context) -> Observation:
    """The queues of the checklist exist, with these names and searches."""
    there = {str(row.get("name")): str(row.get("jql")) for row in desk_paged(context.bot, f"{_desk(context)}/queue")}
    wanted = queues(context.wanted)
    missing = [queue.name for queue in wanted if queue.name not in there]
    other = [
        queue.name
        for queue in wanted
        if queue.name in there and _plain(without_project(context.wanted, there[queue.name])) != _plain(queue.jql)
    ]
    if missing or other:
        parts = [f"missing: {', '.join(missing)}"] if missing else []
        parts += [f"shows something else: {', '.join(other)}"] if other else []
        return warn("; ".join(parts), _DO)
    return ok(f"all {len(wanted)} queues")


def goals(context: Context) -> Observation:
    """On the latest request that has goals: those of the checklist, as long as the policy says (R36, R37)."""
    first = next(with_goals(context), None)
    if first is None:
        return skipped("there is no customer request yet that shows the goals", "Examine again when there is one.")
    issue, milliseconds = first
    missing = [name for name in (FIRST_RESPONSE, REPAIR) if name not in milliseconds]
    if missing:
        return warn(f"{issue.get('key')} has no SLA {', '.join(missing)}", _DO)
    named = (issue.get("fields") or {}).get("priority") or {}
    priority = context.mapping.priority(str(named.get("name")))
    if priority is None:
        return ok(f"{FIRST_RESPONSE} and {REPAIR}")
    wrong = [
        f"{name} is {milliseconds[name] / 60_000:.0f} min, the policy says {wanted / 60_000:.0f} min"
        for name, wanted in _lengths(context, priority).items()
        if milliseconds[name] != wanted
    ]
    if wrong:
        return warn(f"{issue.get('key')}, {priority}: {'; '.join(wrong)}", _DO)
    return ok(f"{FIRST_RESPONSE} and {REPAIR}, as the policy says for {priority}")


def escalation_mail(context: Context) -> Observation:
    """By Jira or a mail server, or by rules of which it cannot be seen whether one names a person (R38)."""
    if not context.mapping.mail_contacts:
        then = ", and let the rule mail to it (interspace install checklist jira)"
        return configuration.escalation_mail(context, then, ", unless its Automation rule names a person")
    found = configuration.escalation_mail(context, "")
    if found.verdict is not CheckStatus.OK:
        return found
    levels = (level for ladder in context.policy.escalation.ladders.values() for level in ladder.levels)
    wanted = sorted({address for level in levels if not level.skip for address in addresses(level)})
    notifier = Notifier(context.bot, context.site)
    unknown = [address for address in wanted if notifier.account(address) is None]
    if unknown and not telling.has_mail_server(context):
        return warn(
            f"Jira shows no account with the address {', '.join(unknown)}: no mail of a level can go there",
            "Let their accounts show the address, or name a mail server (mail in the file of INTERSPACE_TELLING).",
        )
    by_jira = len(wanted) - len(unknown)
    if not unknown:
        return ok(f"all {by_jira} contacts by Jira")
    return ok(f"{by_jira} of {len(wanted)} contacts by Jira, the others by the mail server")


def unseen(context: Context) -> Observation:
    """Automation rules cannot be examined, because they have no API."""
    return skipped(
        "what mail goes to the contacts of each level, and by Jira itself to customers, cannot be seen by the API",
        "Look at the project's Automation rules and customer notifications (interspace install checklist jira).",
    )


def documents(context: Context) -> Observation:
    """The request type by which escalation matrices are handed over (R35)."""
    wanted = context.mapping.document_request_type
    ladders = context.policy.escalation.ladders.values()
    if wanted is None:
        if not any(ladder.valid_from for ladder in ladders):
            return ok("no escalation matrix is released: there is nothing to hand over")
        return warn("document_request_type is not set: escalation matrices are handed over by hand", _DO)
    kinds = {row.get("name"): str(row.get("issueTypeId")) for row in _request_types(context)}
    if wanted not in kinds:
        return warn(f"there is no request type {wanted!r} (document_request_type)", _DO)
    ours = {context.issue_types[name] for name in context.mapping.handled_types if name in context.issue_types}
    if kinds[wanted] in ours:
        return warn(f"{wanted!r} makes issues that the rules work on", _DO)
    return ok(wanted)


def _request_types(context: Context) -> list[Row]:
    path = f"{_desk(context)}/requesttype"
    rows: list[Row] = context.once(path, lambda: desk_paged(context.bot, path))
    return rows


def _forms(context: Context) -> Mapping[str, Mapping[str, Row]]:
    """Request type that makes an incident → id of the field → the field."""
    desk = _desk(context)
    kinds = {context.issue_types[name] for name in context.mapping.issue_types.incident if name in context.issue_types}
    forms = {}
    for row in _request_types(context):
        if str(row.get("issueTypeId")) in kinds:
            asked = row_of(context.bot, f"{desk}/requesttype/{row['id']}/field").get("requestTypeFields") or ()
            forms[str(row["name"])] = {str(field["fieldId"]): field for field in asked}
    return forms


def _desk(context: Context) -> str:
    key = context.mapping.project
    rows = context.once("servicedesk", lambda: desk_paged(context.bot, "servicedeskapi/servicedesk"))
    desk = next((row for row in rows if row.get("projectKey") == key), None)
    if desk is None:
        raise PermanentError(f"Jira has no service desk of the project {key} that the connector's user may see")
    return f"servicedeskapi/servicedesk/{desk['id']}"


def with_goals(context: Context) -> Iterator[tuple[Row, dict[str, float]]]:
    """The latest incidents that are customers' requests, with the lengths of their goals in milliseconds, by name."""
    jql = f"project = {quoted(context.mapping.project)} AND {types(context.mapping.issue_types.incident)}"
    body = {"jql": f"{jql} ORDER BY created DESC", "fields": ["priority"], "maxResults": _LATEST}
    answer = context.bot.post(context.flavour.search, body)
    for issue in answer.get("issues") or () if isinstance(answer, dict) else ():
        try:
            rows = desk_paged(context.bot, f"servicedeskapi/request/{issue['id']}/sla")
        except PermanentError:
            # No customer's request: made by an agent.
            continue
        yield issue, {str(row.get("name")): _millis(row) for row in rows}


def _millis(sla: Row) -> float:
    cycles = [*(sla.get("completedCycles") or ()), sla.get("ongoingCycle") or {}]
    lengths = [(cycle.get("goalDuration") or {}).get("millis") for cycle in cycles]
    return float(next((length for length in reversed(lengths) if length is not None), 0))


def _lengths(context: Context, priority: Priority) -> dict[str, float]:
    """Goals in milliseconds of the priority's own calendar."""
    targets, calendar = context.policy.priorities[priority], context.policy.calendar(priority)
    spans = {FIRST_RESPONSE: targets.first_response, REPAIR: targets.repair}
    return {name: context.policy.duration(span, calendar).total_seconds() * 1000 for name, span in spans.items()}


def _plain(jql: str) -> str:
    """As far as writing does not matter."""
    return " ".join(jql.casefold().replace('"', "").split())
