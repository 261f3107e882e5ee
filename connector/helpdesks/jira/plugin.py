"""Jira, as the product sees it."""

from connector.helpdesks.jira.webhook import SENDER
from connector.helpdesks.plugin import HelpdeskPlugin

PLUGIN = HelpdeskPlugin(name="jira", title="Jira", sender=SENDER)
