"""How people and programs outside of the helpdesk are told, by the settings: made at the start and again on SIGHUP."""

from collections.abc import Sequence
from typing import NamedTuple

from connector.helpdesks.helpdesk import Helpdesk, MailsContacts
from connector.helpdesks.registry import plugin
from connector.intake.panels import load_panels
from connector.operations.links import page_of
from connector.outgoing.chats import Chats
from connector.outgoing.courier import Deliver
from connector.outgoing.hub import Hub
from connector.outgoing.letters import Letters
from connector.outgoing.receivers import load_receivers
from connector.outgoing.webhooks import Webhooks, by_receiver
from connector.settings import Settings
from connector.work.table import WorkTable
from connector.work.tellings import Teller


class Ways(NamedTuple):
    """``tellers`` say what has to be told to whom, as far as anybody is to be told; ``deliver`` sends it."""

    tellers: Sequence[Teller]
    deliver: Deliver


def check_ways(settings: Settings) -> None:
    """:raises PolicyError: what is wrong with the files that name receivers."""
    load_receivers(settings.telling)
    if settings.panels:
        load_panels(settings.panels)


def open_ways(settings: Settings, desk: Helpdesk, table: WorkTable) -> Ways:
    """The ways for one helpdesk's tickets, by files that are read anew.

    :raises PolicyError: everything that is wrong with them.
    """
    outside, page = load_receivers(settings.telling), page_of(settings, desk.name)
    webhooks, ways = Webhooks(outside.webhooks, page, table.now), list[Hub | Letters | Chats]()
    if settings.panels:
        panels = {panel.name: panel for panel in load_panels(settings.panels)}
        ways.append(Hub(desk.name, table.listeners, panels, table.now))
    asked = desk if isinstance(desk, MailsContacts) and desk.mails_contacts else None
    if (outside.mail is not None or asked is not None) and not plugin(desk.name).mails_contacts:
        ways.append(Letters(outside.mail, page, table.now, asked))
    if outside.contacts:
        ways.append(Chats(outside.contacts, page))
    return Ways((*([webhooks] if settings.telling else []), *ways), by_receiver(ways, webhooks.deliver))
