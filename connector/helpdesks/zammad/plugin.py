"""Zammad, as the product sees it."""

from connector.helpdesks.plugin import HelpdeskPlugin

PLUGIN = HelpdeskPlugin(name="zammad", title="Zammad")
