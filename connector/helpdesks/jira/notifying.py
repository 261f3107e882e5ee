"""Mail by Jira itself to people with an account there: the contacts of a level (R38).

``POST issue/{id}/notify`` asks for no more than *Browse projects* (REST API of Cloud, "Send notification for issue");
whom it may reach has to be found as an account first. Addresses are compared as a whole: a search that finds an account
by a part of its address, or one whose address Jira hides, proves nothing.
"""

from urllib.parse import urlencode

from connector.domain.model import TicketId
from connector.helpdesks.answer import objects, parsed
from connector.helpdesks.jira.answer import UserRow
from connector.helpdesks.jira.client import JiraClient
from connector.helpdesks.jira.site import Site

_MOST = 50


class Notifier:
    """See the module."""

    def __init__(self, client: JiraClient, site: Site) -> None:
        self._client = client
        self._site = site

    def account(self, address: str) -> str | None:
        """The active account with this address, by what identifies it; ``None``: there is none to be seen. One
        request."""
        by_account_id = self._site.flavour.user_id == "accountId"
        path, query = "api/2/user/search", {"query" if by_account_id else "username": address, "maxResults": _MOST}
        rows = objects(self._client.get(path, urlencode(query)), f"Jira GET {path}")
        found = (parsed(UserRow, row, f"GET {path}") for row in rows)
        users = [user for user in found if user.active and (user.email_address or "").casefold() == address.casefold()]
        # Two accounts with one address: nobody knows who is meant.
        return (users[0].account_id if by_account_id else users[0].name) if len(users) == 1 else None

    def mail(self, ticket: TicketId, address: str, subject: str, text: str) -> bool:
        """See :class:`connector.helpdesks.helpdesk.MailsContacts`. Two requests."""
        account = self.account(address)
        if account is None:
            return False
        to = {"users": [{self._site.flavour.user_id: account}]}
        self._client.post(f"api/2/issue/{ticket}/notify", {"subject": subject, "textBody": text, "to": to})
        return True
