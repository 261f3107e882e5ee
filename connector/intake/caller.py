"""Who is logged in at a panel, as the panel says it by a signature."""

from connector.domain.model import Model
from connector.policy.catalogue import Catalogue, CatalogueCustomer, Service


class Caller(Model):
    """A person at a panel. The same for the API, the form and the trouble-ticket API."""

    panel: str
    """The panel's name in the panels file."""
    subject: str = ""
    """Who it is, as the panel names its users; empty where the panel speaks for itself."""
    customers: frozenset[str] | None = None
    """Ids of the catalogue's customers whose services they may report; ``None``: all."""
    service_ids: frozenset[str] | None = None
    """Services that the panel says are theirs, in small letters; ``None``: all of their customers'."""
    language: str = "en"
    """ISO 639-1, for the pages that they see."""
    name: str = ""
    email: str | None = None

    def owns(self, service: Service) -> bool:
        """Whether they may see and report this service."""
        if self.customers is not None and service.customer not in self.customers:
            return False
        return self.service_ids is None or service.id.casefold() in self.service_ids

    def services(self, catalogue: Catalogue) -> tuple[Service, ...]:
        """Their services, as the catalogue lists them."""
        return tuple(service for service in catalogue.services if self.owns(service))

    def may_name(self, email: str, catalogue: Catalogue) -> bool:
        """Whether the helpdesk may write to this address for them: not to somebody of another customer's."""
        if self.customers is None:
            return True
        companies = catalogue.customers_of((), email)
        return not companies or any(company.id in self.customers for company in companies)


def customer_of(service: Service, catalogue: Catalogue) -> CatalogueCustomer | None:
    """The customer whose service it is."""
    return next((customer for customer in catalogue.customers if customer.id == service.customer), None)
