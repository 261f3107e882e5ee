"""The receiver, for those who start it: ``webhooks`` stands beside this package in a checkout and inside it in a wheel
(docs/decisions/0010)."""

from typing import TYPE_CHECKING

from connector.policy.locate import INSTALLED

if TYPE_CHECKING or not INSTALLED:
    from webhooks.app import create_app
    from webhooks.pages import STATIC
    from webhooks.receiver import Receiver
    from webhooks.reports import Reports
    from webhooks.serve import address_of, serve
else:
    from connector.webhooks.app import create_app
    from connector.webhooks.pages import STATIC
    from connector.webhooks.receiver import Receiver
    from connector.webhooks.reports import Reports
    from connector.webhooks.serve import address_of, serve

__all__ = ["STATIC", "Receiver", "Reports", "address_of", "create_app", "serve"]
