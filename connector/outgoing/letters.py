"""Mail to the contacts of a level, for helpdesks that send none by themselves (R38). One mail for each address, so that
it is known who got it: by the helpdesk if it can be asked and the contact has an account there, else by a mail server.
"""

import json
import smtplib
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache, partial
from typing import Any

from connector.domain.decision import Decision
from connector.domain.event import Event
from connector.domain.model import TicketId
from connector.domain.ticket import Ticket
from connector.helpdesks.errors import HelpdeskError, PermanentError
from connector.helpdesks.helpdesk import MailsContacts
from connector.outgoing.post import NotDeliveredError
from connector.outgoing.receivers import Mail
from connector.outgoing.webhooks import message_id
from connector.policy.models import Policy
from connector.rules import wording
from connector.rules.telling import events
from connector.rules.writing import text
from connector.work.tellings import Telling, WantedTelling

PREFIX = "mail:"
_TIMEOUT_S = 15.0
_REFUSED = 500
"""The server's answers from this code on are final: it will never take the mail (RFC 5321, section 4.2.1)."""


class Letters:
    """See the module. ``page`` is the address of a ticket for agents, with ``{id}`` in it."""

    prefix = PREFIX

    def __init__(
        self,
        mail: Mail | None,
        page: str | None,
        now: Callable[[], datetime],
        helpdesk: MailsContacts | None = None,
    ) -> None:
        self._mail = mail
        self._page = page
        self._now = now
        self._helpdesk = helpdesk

    def wanted(self, ticket: Ticket, policy: Policy, decision: Decision, now: datetime) -> Iterator[WantedTelling]:
        """See :class:`connector.work.tellings.Teller`."""

        def receivers(level: Mapping[str, Any]) -> list[str]:
            return [PREFIX + address for address in level.get("addresses", ())]

        return letters(ticket, policy, decision, now, receivers=receivers, page=self._page)

    def is_noted(self, receiver: str) -> bool:
        """Whether the ticket says what this receiver was told: of mail it does."""
        return receiver.startswith(PREFIX)

    def deliver(self, telling: Telling) -> None:
        """Sends it once.

        :raises NotDeliveredError: neither helpdesk nor server has taken it.
        """
        why = "nobody on the helpdesk has this address"
        if self._helpdesk is not None:
            try:
                if _by(self._helpdesk, telling):
                    return
            except PermanentError as error:
                why = str(error)
        if self._mail is None:
            raise NotDeliveredError(f"{why}, and no mail server is set", final=True)
        self._by_server(self._mail, telling)

    def _by_server(self, mail: Mail, telling: Telling) -> None:
        spec, said = mail.spec, json.loads(telling.body)
        letter = EmailMessage()
        sender = _sendable(spec.sender)
        letter["From"], letter["To"] = sender, _sendable(telling.key.receiver.removeprefix(PREFIX))
        letter["Subject"] = said["subject"]
        letter["Date"] = format_datetime(self._now())
        # The same in each attempt, so that mail programs drop a second copy.
        letter["Message-ID"] = f"<{message_id(telling.key)}@{sender.rpartition('@')[2]}>"
        # So that no mailbox answers by itself (RFC 3834).
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(said["text"])
        _try(mail, lambda server: server.send_message(letter))


def _sendable(address: str) -> str:
    """With the domain as every server takes it (RFC 5890)."""
    name, _, domain = address.rpartition("@")
    try:
        return f"{name}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def probe(mail: Mail) -> None:
    """Whether the server can be reached and takes user and password. Sends nothing.

    :raises NotDeliveredError: it does not.
    """
    _try(mail, lambda server: server.noop())


def _by(helpdesk: MailsContacts, telling: Telling) -> bool:
    """Whether the helpdesk has mailed it. Raises PermanentError if it refuses for good, NotDeliveredError if it may
    mail it later."""
    said, key = json.loads(telling.body), telling.key
    try:
        return helpdesk.mail(TicketId(key.ticket), key.receiver.removeprefix(PREFIX), said["subject"], said["text"])
    except PermanentError:
        raise
    except HelpdeskError as error:
        raise NotDeliveredError(str(error), again=getattr(error, "retry_at", None)) from error


def _try(mail: Mail, use: Callable[[smtplib.SMTP], object]) -> None:
    try:
        with closing(_connected(mail)) as server:
            try:
                use(server)
            except smtplib.SMTPNotSupportedError:
                # Of what is sent only an address can need SMTPUTF8 (RFC 6531).
                told = "the mail server takes no address with letters beyond ASCII"
                raise NotDeliveredError(told, final=True) from None
            # What is taken is taken, however the server says goodbye: another attempt would be a second mail.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
    except smtplib.SMTPRecipientsRefused as error:
        code = next((code for code, _ in error.recipients.values()), 0)
        raise NotDeliveredError(f"the mail server refuses the address ({code})", final=code >= _REFUSED) from None
    except smtplib.SMTPResponseException as error:
        raise NotDeliveredError(f"the mail server answers {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotDeliveredError(f"the mail server cannot be used ({type(error).__name__})") from None


def _connected(mail: Mail) -> smtplib.SMTP:
    spec = mail.spec
    server: smtplib.SMTP
    if spec.tls == "tls":
        server = smtplib.SMTP_SSL(spec.host, spec.port, timeout=_TIMEOUT_S, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(spec.host, spec.port, timeout=_TIMEOUT_S)
    try:
        if spec.tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        if spec.user is not None:
            server.login(spec.user, mail.password or "")
    except BaseException:
        server.close()
        raise
    return server


def letters(
    ticket: Ticket,
    policy: Policy,
    decision: Decision,
    now: datetime,
    *,
    receivers: Callable[[Mapping[str, Any]], Iterable[str]],
    page: str | None,
) -> Iterator[WantedTelling]:
    """The letter of each level that the ticket reaches by ``decision``, to each of that level's ``receivers``."""
    after = ticket.with_changes(decision.changes)
    for event in events(ticket, policy, decision, now):
        level = event.details.get("level", {})
        body = cache(partial(_letter_of, event, after, policy, page))
        for receiver in receivers(level):
            yield WantedTelling(event.id, receiver, body)


def _letter_of(event: Event, ticket: Ticket, policy: Policy, page: str | None) -> str:
    """Subject and text for a contact of a level that the ticket has reached, as JSON."""
    level = event.details["level"]
    fields = ticket.fields
    following = fields.next_escalation_at
    data = {
        "level": level["number"],
        "name": level.get("name"),
        "priority": str(fields.priority or policy.default_priority),
        "reason": fields.escalation_reason or "",
        "next": wording.format_time(following) if following else "-",
        "link": page.format(id=ticket.id) if page else ticket.number,
    }
    written = text("escalation_mail_contacts", data, ticket, policy)
    said = {"type": event.kind.value, "subject": " ".join(written.subject.split()), "text": written.body}
    return json.dumps(said, ensure_ascii=False)
