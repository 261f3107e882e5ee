"""The service catalogue: service ID → customer, circuit, region (R7)."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from pydantic import Field

from connector.domain.mail_domain import mail_domain
from connector.domain.model import Model
from connector.policy.kinds import Address, Name, PhoneNumber, ZoneName
from connector.policy.problem import UnlocatedProblem
from connector.policy.section import Section, dig, entries


class CatalogueCustomer(Model):
    """A customer of the provider, and how the helpdesk's contacts are recognised as theirs."""

    id: Name
    name: str = ""
    organizations: tuple[Name, ...] = Field(default=(), description="names in the helpdesk")
    email_domains: tuple[Name, ...] = ()
    timezone: ZoneName | None = Field(default=None, description="for start times without a zone (R16)")
    phone: PhoneNumber | None = Field(
        default=None, description="the registered number, to call back whoever says they speak for the customer (R12)"
    )
    contact: Address | None = Field(default=None, description="who gets the escalation matrices of the services (R35)")

    @cached_property
    def domains(self) -> frozenset[str]:
        """Their mail domains, as addresses are compared with them."""
        return frozenset(map(mail_domain, self.email_domains))


class Service(Model):
    """One service a customer has bought."""

    id: Name
    customer: Name = Field(description="id of a customer")
    name: str = ""
    circuit_id: str | None = None
    region: str | None = None


class Contact(NamedTuple):
    """Whom a helpdesk contact belongs to."""

    customers: tuple[CatalogueCustomer, ...]
    organizations: tuple[str, ...]
    """The contact's own and all of these customers', as the helpdesk names them."""
    domains: tuple[str, ...]
    """Mail domains of these customers."""


class Identifiers(NamedTuple):
    """What a customer may name as theirs, in small letters."""

    services: frozenset[str] = frozenset()
    circuits: frozenset[str] = frozenset()


_NO_IDENTIFIERS = Identifiers()


class Catalogue(Section):
    """Services and customers. Service IDs, organizations and domains are compared without case."""

    customers: tuple[CatalogueCustomer, ...] = ()
    services: tuple[Service, ...] = ()

    @classmethod
    def findings(cls, data: Any) -> Iterator[UnlocatedProblem]:
        """Nothing is there twice or belongs to two customers, and every service's customer exists."""
        yield from _repeated(data, "customers", "id")
        yield from _repeated(data, "services", "id")
        yield from _shared(data, "organizations")
        yield from _shared(data, "email_domains")
        ids = [dig(customer, "id") for _, customer in entries(data, "customers")]
        known = {known_id.strip() for known_id in ids if isinstance(known_id, str)}
        for position, service in entries(data, "services"):
            customer = dig(service, "customer")
            if isinstance(customer, str) and customer.strip() and customer.strip() not in known:
                yield ("services", position, "customer"), f"there is no customer {customer!r}"

    def service(self, service_id: str) -> Service | None:
        """The service with this identifier."""
        return self._services.get(service_id) or self._services.get(service_id.strip().casefold())

    def customers_of(self, organizations: Iterable[str], email: str | None) -> tuple[CatalogueCustomer, ...]:
        """The customers whom a helpdesk contact belongs to: by all organizations, else by mail domain."""
        return self._contact(tuple(organizations), email).customers

    def contact(self, organizations: tuple[str, ...], email: str | None) -> Contact:
        """What the catalogue knows of a helpdesk contact."""
        return self._contact(organizations, email)

    @cached_property
    def _contact(self) -> Callable[[tuple[str, ...], str | None], Contact]:
        return lru_cache(maxsize=4_096)(self._looked_up)

    def _looked_up(self, organizations: tuple[str, ...], email: str | None) -> Contact:
        customers = self._found(organizations, email)
        names = [name for customer in customers for name in customer.organizations if name not in organizations]
        domains = {domain for customer in customers for domain in customer.domains}
        return Contact(customers, (*organizations, *names), tuple(sorted(domains)))

    def _found(self, organizations: tuple[str, ...], email: str | None) -> tuple[CatalogueCustomer, ...]:
        found = {
            customer.id: customer
            for organization in organizations
            if (customer := self._customers.get(("organizations", organization.casefold())))
        }
        if (
            not found
            and email
            and "@" in email
            and (customer := self._customers.get(("email_domains", mail_domain(email))))
        ):
            return (customer,)
        return tuple(found.values())

    def circuit(self, circuit_id: str) -> str | None:
        """A circuit as the catalogue spells it."""
        return self._circuits.get(circuit_id.strip().casefold())

    def named_in(self, text: str) -> tuple[str, ...]:
        """Which customers, services and circuits a text names: no customer shall read of another one."""
        return self._named_in(text)

    def on_circuit(self, circuit_id: str | None) -> tuple[Service, ...]:
        """All services on this circuit; none where it is not said."""
        return self._by_circuit.get(circuit_id.casefold(), ()) if circuit_id else ()

    def in_region(self, region: str | None) -> tuple[Service, ...]:
        """All services of this region; none where it is not said."""
        return self._by_region.get(region.casefold(), ()) if region else ()

    def identifiers(self, companies: Iterable[CatalogueCustomer]) -> Identifiers:
        """Those of all these customers."""
        each = [self._identifiers[company.id] for company in companies if company.id in self._identifiers]
        if len(each) < 2:
            return each[0] if each else _NO_IDENTIFIERS
        return Identifiers(*map(frozenset[str]().union, *each))

    @cached_property
    def _named_in(self) -> Callable[[str], tuple[str, ...]]:
        return lru_cache(maxsize=64)(self._names_in)

    def _names_in(self, text: str) -> tuple[str, ...]:
        said = text.casefold()
        names = {one for customer in self.customers for one in (customer.name, *customer.organizations)}
        names |= {one for service in self.services for one in (service.id, service.circuit_id or "")}
        found = (name for name in names if name and name.casefold() in said)
        return tuple(
            sorted(name for name in found if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE))
        )

    @cached_property
    def _by_circuit(self) -> Mapping[str, tuple[Service, ...]]:
        return _together((service.circuit_id, service) for service in self.services)

    @cached_property
    def _by_region(self) -> Mapping[str, tuple[Service, ...]]:
        return _together((service.region, service) for service in self.services)

    @cached_property
    def _circuits(self) -> Mapping[str, str]:
        return {service.circuit_id.casefold(): service.circuit_id for service in self.services if service.circuit_id}

    @cached_property
    def _identifiers(self) -> Mapping[str, Identifiers]:
        by_customer: dict[str, list[Service]] = {}
        for service in self.services:
            by_customer.setdefault(service.customer, []).append(service)
        return {
            customer: Identifiers(
                frozenset(service.id.casefold() for service in services),
                frozenset(service.circuit_id.casefold() for service in services if service.circuit_id),
            )
            for customer, services in by_customer.items()
        }

    @cached_property
    def _services(self) -> Mapping[str, Service]:
        """By its ID as the catalogue spells it, which is how tickets have it, and in small letters."""
        small = {service.id.casefold(): service for service in self.services}
        return small | {service.id: service for service in self.services}

    @cached_property
    def _customers(self) -> Mapping[tuple[str, str], CatalogueCustomer]:
        by_key: dict[tuple[str, str], CatalogueCustomer] = {}
        for customer in self.customers:
            for organization in customer.organizations:
                by_key["organizations", organization.casefold()] = customer
            for domain in customer.domains:
                by_key["email_domains", domain] = customer
        return by_key


def _together(services: Iterable[tuple[str | None, Service]]) -> Mapping[str, tuple[Service, ...]]:
    found: dict[str, list[Service]] = {}
    for name, service in services:
        if name:
            found.setdefault(name.casefold(), []).append(service)
    return {name: tuple(alike) for name, alike in found.items()}


def _repeated(data: Any, table: str, key: str) -> Iterator[UnlocatedProblem]:
    first: dict[str, int] = {}
    for position, entry in entries(data, table):
        value = dig(entry, key)
        if isinstance(value, str) and first.setdefault(value.strip().casefold(), position) != position:
            yield (table, position, key), f"{value!r} is there twice"


def _shared(data: Any, name: str) -> Iterator[UnlocatedProblem]:
    owners: dict[str, int] = {}
    for position, customer in entries(data, "customers"):
        for index, value in entries(customer, name):
            if not isinstance(value, str):
                continue
            owner = owners.setdefault(value.strip().casefold(), position)
            if owner != position:
                other = dig(data, "customers", owner, "id")
                yield ("customers", position, name, index), f"{value!r} already belongs to {other!r}"
