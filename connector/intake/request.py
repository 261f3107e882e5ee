"""From what a panel submits to what a helpdesk takes."""

from datetime import UTC
from ipaddress import ip_network

from connector.domain.changes import Changes, stated
from connector.domain.document import File
from connector.domain.fields import CATALOGUE, fit
from connector.domain.model import TicketId
from connector.domain.vocabulary import IntakeChannel
from connector.helpdesks.on_behalf import Contact, Message, Request, key_of_request
from connector.intake.caller import Caller, customer_of
from connector.intake.submission import Submission
from connector.policy.catalogue import Service
from connector.policy.models import Policy


def request_of(
    submission: Submission,
    caller: Caller,
    policy: Policy,
    channel: IntakeChannel = IntakeChannel.MY_INTERSPACE,
) -> Request:
    """The ticket to be opened. ``submission`` is one that was read for this caller under this policy."""
    service = policy.catalogue.service(submission.related_entity.id)
    assert service is not None
    fields = _fields(submission, service)
    lines = [f"{CATALOGUE[name].label}: {_shown(name, value)}" for name, value in fields.items()]
    text = f"{submission.description.strip()}\n\n" + "\n".join(lines)
    return Request(
        key=key_of_request(caller.panel, submission.external_id),
        digest=submission.digest,
        contact=_contact(submission, caller, service, policy),
        title=fields["short_description"] or "",
        text=text,
        fields={**fields, "intake_channel": channel},
        files=submission.files,
    )


def message_of(caller: Caller, key: str, ticket: TicketId, text: str, files: tuple[File, ...] = ()) -> Message:
    """The caller's words on a ticket that is there. ``key``: the panel's own id of the message, ``ticket``: the
    ticket's id."""
    contact = Contact(email=caller.email or "", name=caller.name)
    return Message(key=key_of_request(caller.panel, key), ticket=ticket, contact=contact, text=text, files=files)


def _contact(submission: Submission, caller: Caller, service: Service, policy: Policy) -> Contact:
    """Whom the helpdesk writes to: who the panel names, else who is logged in there."""
    company = customer_of(service, policy.catalogue)
    organization = company.organizations[0] if company and company.organizations else None
    given = submission.contact
    if given.email is None or given.email == caller.email:
        return Contact(email=caller.email or "", name=given.name or caller.name, organization=organization)
    return Contact(email=given.email, name=given.name, organization=organization)


def _fields(submission: Submission, service: Service) -> Changes:
    """The details as the ticket's fields have them, in the order of the catalogue."""
    first_line = " ".join((submission.name or submission.description).strip().splitlines()[0].split())
    addresses = [str(_address(each)) for each in submission.ip_addresses]
    start = submission.issue_start_date
    said: Changes = {
        "service_id": service.id,
        "problem_start": start.astimezone(UTC).replace(microsecond=0) if start else None,
        "short_description": fit("short_description", first_line),
        "impact": submission.impact,
        "urgency": submission.urgency,
        "circuit_id": submission.circuit,
        "fault_type": submission.fault_type,
        "test_results": submission.test_results,
        "ip_addresses": fit("ip_addresses", ", ".join(addresses)) or None,
    }
    return stated(said)


def _address(text: str) -> str:
    network = ip_network(text.strip(), strict=False)
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def _shown(name: str, value: object) -> str:
    """A value as a labelled line has it, which the rules read as this very value."""
    field = CATALOGUE[name]
    if name == "problem_start":
        return f"{value:%Y-%m-%d %H:%M:%S UTC}"
    return field.choices[value] if field.choices else str(value)  # type: ignore[index]  # a field with choices holds one of them
