"""The service catalogue: service ID → customer, circuit, region (R7)."""

from collections.abc import Mapping
from functools import cached_property

from connector.domain.model import Model


class CatalogueCustomer(Model):
    """A customer of the provider, and how the helpdesk's contacts are recognised as theirs."""

    id: str
    name: str
    organizations: tuple[str, ...] = ()
    """Names of organizations in the helpdesk."""
    email_domains: tuple[str, ...] = ()
    timezone: str | None = None


class Service(Model):
    """One service a customer has bought."""

    id: str
    customer: str
    name: str = ""
    circuit_id: str | None = None
    region: str | None = None


class Catalogue(Model):
    """Services and customers. Identifiers are compared without case."""

    customers: tuple[CatalogueCustomer, ...] = ()
    services: tuple[Service, ...] = ()

    @cached_property
    def _services(self) -> Mapping[str, Service]:
        return {service.id.casefold(): service for service in self.services}

    @cached_property
    def _customers(self) -> Mapping[str, CatalogueCustomer]:
        found: dict[str, CatalogueCustomer] = {}
        for customer in self.customers:
            for organization in customer.organizations:
                found[f"organization:{organization.casefold()}"] = customer
            for domain in customer.email_domains:
                found[f"domain:{domain.casefold()}"] = customer
        return found

    def service(self, service_id: str) -> Service | None:
        """The service with this identifier."""
        return self._services.get(service_id.strip().casefold())

    def customer(self, organization: str | None, email: str | None) -> CatalogueCustomer | None:
        """The customer a helpdesk contact belongs to, by organization, else by mail domain."""
        if organization and (found := self._customers.get(f"organization:{organization.casefold()}")):
            return found
        domain = (email or "").rpartition("@")[2]
        return self._customers.get(f"domain:{domain.casefold()}") if domain else None
