"""Zammad, as the product sees it."""

from connector.helpdesks.plugin import HelpdeskPlugin
from connector.helpdesks.zammad.webhook import SENDER

PLUGIN = HelpdeskPlugin(name="zammad", title="Zammad", sender=SENDER)
