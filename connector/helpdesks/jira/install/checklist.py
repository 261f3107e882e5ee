"""What Jira's REST API cannot do: an exact list for a person, with links to the pages where it is done.

``interspace doctor`` verifies what the API shows of it. Service Management's own goals and queues are for its screens
only: deadlines and levels come from the policy, never from here (R36–R38).
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from connector.counted import counted
from connector.domain.fields import CATALOGUE
from connector.domain.vocabulary import Priority, ServiceCheck, TicketState
from connector.helpdesks.jira.install import links
from connector.helpdesks.jira.install.site import FIELDS, PRIORITIES, SCREENS, JiraSite, types
from connector.helpdesks.jira.install.views import DASHBOARD, views
from connector.helpdesks.jira.listing import quoted
from connector.helpdesks.jira.mapping import JiraMapping
from connector.install.installation import Item
from connector.install.objects import PREFIX
from connector.install.tables import Current
from connector.messages.catalogue import Rendered
from connector.messages.words import Reader
from connector.policy.calendar_spec import CalendarSpec
from connector.policy.contacts import mails_nobody, named_services
from connector.policy.ladder import Level

_MANY = 20
"""Services that a search may name."""
_BY_US = "Condition: the user who triggered the event is the connector's account."
"""What anybody else sets, or the connector sets back, calls nobody."""
FIRST_RESPONSE, REPAIR = f"{PREFIX}first response", f"{PREFIX}repair"


class Queue(NamedTuple):
    """A list of a service desk's agents."""

    name: str
    jql: str


def checklist(site: JiraSite, current: Current, base: str) -> tuple[Item, ...]:
    """What is to be done in this Jira, in the order in which it is best done. ``base`` is its address."""
    at = links.of(base, site.mapping.project, cloud=site.flavour.administers)
    items = [
        *_options(site, current, at),
        *_screens(site, current, at),
        *_priorities(site, current, at),
        *_webhook(site, at),
        _faults(site, at),
        _request_type(site, at),
        _required(site, at),
        _documents(site, at),
        _goals(site, at),
        _queues(site, at),
        _notifications(site, at),
        _customer_notifications(at),
        _dashboard(site, at),
    ]
    return tuple(items)


def queues(site: JiraSite) -> tuple[Queue, ...]:
    """One for each group, and the views that agents work by. The project is understood."""
    group = site.jql("group")
    of_options = []
    for name, option in site.mapping.groups.items():
        condition = f"{group} = {quoted(option)}"
        condition = f"({condition} OR {group} is EMPTY)" if name == "intake" else condition
        of_options.append(Queue(PREFIX + option, f"statusCategory != Done AND {condition} ORDER BY created ASC"))
    return (*of_options, *(Queue(PREFIX + view.title, without_project(site, view.jql)) for view in views(site)))


def without_project(site: JiraSite, jql: str) -> str:
    """A search without its first condition, if that is the project.

    Service Management puts it before a queue's search by itself, with or without quotes.
    """
    key = site.mapping.project
    for begin in (f"project = {quoted(key)} AND ", f"project = {key} AND "):
        if jql.casefold().startswith(begin.casefold()):
            return jql[len(begin) :]
    return jql


def asked_fields(mapping: JiraMapping) -> tuple[str, ...]:
    """The fields of the rules that request types show to customers (R10, R15–R22)."""
    shown = (CATALOGUE[field] for field in mapping.fields)
    return tuple(field.name for field in shown if field.on_portal and field.on_create)


def _options(site: JiraSite, current: Current, at: links.Links) -> Iterator[Item]:
    items = []
    for field, name in site.fields.items():
        missing = [value for value in site.wanted_options(field) if value not in site.options.get(field, frozenset())]
        if missing and not site.flavour.administers:
            row = current.row(FIELDS, name)
            link = at.field(str(row["id"]) if row else None)
            steps = (f"Configure → Edit options: add exactly {', '.join(missing)}",)
            items.append(Item(f"options of {name}", f"Options of {name!r}", steps, link))
    yield from items[:-1]
    for last in items[-1:]:
        again = "When all lists have their options: apply the installation again."
        yield last._replace(steps=(*last.steps, again))


def _screens(site: JiraSite, current: Current, at: links.Links) -> Iterator[Item]:
    if not current.tables[SCREENS]:
        names = ", ".join(map(repr, site.fields.values()))
        step = f"Put these fields, and priority, labels and due date, on the screens to create and edit issues: {names}"
        yield Item("screens", "Fields on the project's screens", (step,), at.screens)


def _priorities(site: JiraSite, current: Current, at: links.Links) -> Iterator[Item]:
    if PRIORITIES not in current.of.kinds:
        names = ", ".join(names.name for names in site.mapping.priorities.values())
        step = f"Make sure that these exist, and are in the project's priority scheme: {names}"
        yield Item("priorities", "Priorities", (step,), at.priorities)


def _webhook(site: JiraSite, at: links.Links) -> Iterator[Item]:
    if site.receiver_url is None:
        steps = (
            "This Data Center does not sign webhooks. New rule: When: Issue created, updated, commented, "
            "linked, transitioned",
            "Then: Send web request, POST, the receiver's address with /webhooks/jira/main, body: issue data",
            "Header: Authorization, value: Bearer and the text of INTERSPACE_JIRA_AUTOMATION_SECRET",
        )
        yield Item("webhook", "Webhook by an automation rule", steps, at.automation)


def _faults(site: JiraSite, at: links.Links) -> Item:
    kinds = " or ".join(site.mapping.issue_types.incident)
    steps = (
        f"Where there is none yet: create a request type for faults, with the {at.words.issue_type} {kinds}.",
        "One for calls, named Phone report, for agents only: hide it from the portal. Whoever takes a call opens it "
        "with the caller as its reporter (Raise on behalf of): that is how the rules know a call (R4, R12).",
    )
    return Item("request type", "A request type for faults, and one for calls", steps, at.request_types)


def _request_type(site: JiraSite, at: links.Links) -> Item:
    shown = tuple(f"{site.fields[field]}: {CATALOGUE[field].help}" for field in asked_fields(site.mapping))
    steps = ("On every request type for faults, add these fields to the request form, with these help texts:", *shown)
    return Item("request type fields", "Fields of the request types (R10, R15–R22)", steps, at.request_types)


def _required(site: JiraSite, at: links.Links) -> Item:
    names = ", ".join(site.fields[field] for field in site.policy.intake.required)
    steps = (
        f"On the same request types, mark as required: {names}",
        "This binds the portal only: what comes by e-mail is asked back by the rules (R14).",
    )
    return Item("required details", "Required details of the request types (R15–R18)", steps, at.request_types)


def _documents(site: JiraSite, at: links.Links) -> Item:
    """A request type cannot be made by the API."""
    handled = ", ".join(sorted(site.mapping.handled_types))
    steps = (
        f"A request type of an issue type other than {handled}, with summary and description only, e.g. Documents",
        "Its name into the mapping: document_request_type. Then interspace matrix apply hands matrices over.",
    )
    return Item("documents", "Request type for documents to customers (R35)", steps, at.request_types)


def _goals(site: JiraSite, at: links.Links) -> Item:
    waits = site.mapping.state_names(TicketState.PENDING_CUSTOMER) if site.policy.pauses.pending_customer else ()
    pause = f"pause while the status is {' or '.join(waits)}" if waits else "no pause"
    over = [name for name, state in site.mapping.statuses.items() if state.is_over]
    steps = [
        f"SLA {FIRST_RESPONSE!r}: start at {at.words.created}, {pause}, stop at 'Comment: For customers'",
        *(_goal(site, priority, first=True) for priority in Priority),
        f"SLA {REPAIR!r}: start at {at.words.created}, {pause}, stop at 'Entered status' {' or '.join(over)}",
        *(_goal(site, priority, first=False) for priority in Priority),
        "They are for Service Management's own screens; the rules reckon by the policy.",
    ]
    return Item("SLA goals", "Goals of Service Management (R36, R37)", tuple(steps), at.slas)


def _goal(site: JiraSite, priority: Priority, *, first: bool) -> str:
    targets, names = site.policy.priorities[priority], site.mapping.priorities[priority]
    span = targets.first_response if first else targets.repair
    length = _length(site.policy.duration(span, site.policy.calendar(priority)))
    listed = ", ".join(map(quoted, (names.name, *names.also)))
    jql = f"{types(site.mapping.issue_types.incident)} AND priority in ({listed})"
    return f"  goal {length}, calendar {_calendar(site.policy.calendars[targets.calendar])}, for:\n{jql}"


def _length(length: timedelta) -> str:
    hours, minutes = divmod(round(length / timedelta(minutes=1)), 60)
    return " ".join(part for part in (f"{hours}h" if hours else "", f"{minutes}m" if minutes else "") if part)


def _calendar(spec: CalendarSpec) -> str:
    if spec.calendar.never_closes:
        return "24/7"
    return f"{', '.join(map(str, spec.listed))} {spec.timezone}"


def _queues(site: JiraSite, at: links.Links) -> Item:
    steps = tuple(f"  {queue.name}\n{queue.jql}" for queue in queues(site))
    begin = "A new queue each, with this name and filter by JQL:"
    return Item("queues", "Queues (R3, R14, R27, R28, R34, R38)", (begin, *steps), at.queues)


def _notifications(site: JiraSite, at: links.Links) -> Item:
    """Mail by Jira itself when a level is reached (R38): by Automation, which REST cannot set up."""
    if site.mapping.mail_contacts:
        by_jira = (
            "Nothing to make: the connector lets Jira mail the contacts who have an account here (mail_contacts in the "
            "mapping), and a mail server the others (mail in the file of INTERSPACE_TELLING).",
            "Delete Automation rules that do so, or everybody gets two.",
            *([f"{nobody[0].upper()}{nobody[1:]}."] if (nobody := mails_nobody(site.policy)) else []),
        )
        return Item("notifications", "Mail to the contacts of each level (R38)", by_jira, at.automation)
    level = site.fields["escalation_level"]
    steps = [
        f"One rule each. When: Field value changed, {level}. {_BY_US} If: the issue matches JQL. Then: Send email. "
        "A change may pass several levels: the search finds every one of them.",
        "None where the connector mails them itself (mail in the file of INTERSPACE_TELLING): delete such rules then, "
        "or everybody gets two.",
    ]
    for name, ladder in site.policy.escalation.ladders.items():
        steps += [
            f"  level {step.level}, {step.name} ({name}): to {'; '.join(map(str, step.contacts))}"
            f"{_narrower(site, name)}\n"
            f"{_reached(site, name, step)}"
            for step in ladder.levels
            if not step.skip and step.contacts
        ]
    steps.append(f"Send this:\n{_mail_to_contacts(site)}")
    steps.append("A contact that is no address stands for a person: choose the person.")
    if nobody := mails_nobody(site.policy):
        steps.append(f"{nobody[0].upper()}{nobody[1:]}, unless its rule names a person.")
    return Item("notifications", "Mail to the contacts of each level (R38)", tuple(steps), at.automation)


def _customer_notifications(at: links.Links) -> Item:
    """What Service Management itself mails to customers, beside the connector's letters."""
    steps = (
        "'Public comment added' stays on for the reporter: by it the connector's letters reach the customer.",
        "'Request created': off for the request types for faults, or a customer whose details are missing gets two "
        "mails at once. If a receipt shall go to everybody, let it say that a question may follow.",
        "An Automation rule that mails the reporter when the escalation level changes, as version 0.1.0 asked for: "
        "delete it. The connector writes to the customer itself (customer_hears_of in the policy).",
    )
    return Item("customer notifications", "What Jira itself mails to customers", steps, at.customer_notifications)


def _mail_to_contacts(site: JiraSite) -> Rendered:
    fields = {"level": "escalation_level", "reason": "escalation_reason", "next": "next_escalation_at"}
    values = {name: f"{{{{issue.{site.fields[field]}}}}}" for name, field in fields.items()}
    data = {**_common(site), **values, "priority": "{{issue.priority.name}}", "link": "{{issue.url}}"}
    return site.policy.messages.render("escalation_mail_contacts", data, Reader(site.policy.internal_language))


def _common(site: JiraSite) -> dict[str, Any]:
    """What every message gets: here smart values, which Automation fills in when it sends the mail."""
    return {
        "ticket": {"number": "{{issue.key}}", "title": "{{issue.summary}}"},
        "customer": "{{issue.reporter.displayName}}",
        "provider": site.policy.name,
        "policy": site.policy.version,
    }


def _passed(site: JiraSite, level: int) -> str:
    """The issues that the last rise took from below the level to it or above."""
    return f"{site.jql('escalation_level')} >= {level} AND {site.jql('escalated_from')} < {level}"


def _reached(site: JiraSite, ladder: str, level: Level) -> str:
    """The incidents of a ladder: those of verified services that have it; the default has all others. With too many
    services, those of every ladder."""
    begin = f"{types(site.mapping.issue_types.incident)} AND {_passed(site, level.level)}"
    default, mine = ladder == "default", named_services(site.policy, ladder)
    if not 0 < len(mine) <= _MANY:
        return begin
    check, service = site.jql("service_check"), site.jql("service_id")
    verified = ServiceCheck.VERIFIED.value
    if default:
        # Jira takes "NOT (…)" for false where a field is empty.
        none = " AND ".join(f"{service} !~ {quoted(quoted(service_id))}" for service_id in mine)
        return f"{begin} AND ({check} is EMPTY OR {check} != {verified} OR ({none}))"
    named = " OR ".join(f"{service} ~ {quoted(quoted(service_id))}" for service_id in mine)
    return f"{begin} AND {check} = {verified} AND ({named})"


def _narrower(site: JiraSite, ladder: str) -> str:
    """What the search leaves to a person, because it would name too many services."""
    count = len(named_services(site.policy, ladder))
    if count <= _MANY:
        return ""
    which = "except those with another ladder" if ladder == "default" else "only those with this ladder"
    return f"; narrow this search by service, {which}: {counted(count, 'service')}, see escalation in the policy"


def _dashboard(site: JiraSite, at: links.Links) -> Item:
    names = ", ".join(PREFIX + view.title for view in views(site))
    if site.flavour.administers and site.gadget:
        step = (
            f"Open the dashboard {DASHBOARD!r}: where a list asks for its filter, choose the filter of the list's own "
            f"name ({names}). Whether Jira takes over the filter that was handed to it is not documented."
        )
    else:
        step = f"New dashboard {DASHBOARD!r}, shared with the project, with a gadget Filter Results for each of {names}"
    return Item("dashboard", "Dashboard for managers (R38)", (step,), at.dashboards)
