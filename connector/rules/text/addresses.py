"""IP addresses and prefixes (R22), validated and normalised by :mod:`ipaddress`."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from connector.rules.text.findings import Unclear

MAX_ADDRESSES = 20
_Address = IPv4Address | IPv6Address | IPv4Network | IPv6Network
_PART = re.compile(r"[\s,;|]+")
_LOOKS_LIKE_ADDRESS = re.compile(r"(?=\D*\d)[\d./]+\.[\d./]+|(?=[^:]*:[^:]*:)[0-9A-Fa-f:.]{3,}(?:/\d+)?")
_IN_PROSE = re.compile(
    r"(?<![\w.:/@=-])(?:(?:\d{1,3}\.){3}\d{1,3}|(?=[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*:)[0-9A-Fa-f:]{6,39})(?:/\d{1,3})?"
    r"(?![\w:/@%-]|\.\w)"
)
_VERSION = re.compile(
    r"(?:\bv|\bver\.?|version|firmware|release|build|software|ios|junos|kapitel|section|chapter|room|raum|floor"
    r"|serial|order|invoice|rechnung|article|artikel)(?: of| is| ist"
    r"|:)?\W*$",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"^\W*(?:t|f|m|p|tel|tlf|fon|phone|telefon|fax|mobile?|mob|handy|cell)\b"
    r"|\b(?:ping\w*|trace\w*|mtr|icmp\w*|bytes from|ttl|hops?|nslookup|dig|dns|resolver|via|gateway|ntp)\b",
    re.IGNORECASE,
)
_HOP = re.compile(r"^\s*\d{1,2}[\s.:|)-]+.*(?:\d ?ms\b|\*\s+\*|\d%)", re.IGNORECASE)
"""A line of a trace."""
_CALLED = re.compile(
    r"\b(?:t|f|m|p|tel|tlf|fon|(?:tele)?phone|telefon|fax|mobile?|mob|handy|cell|call|dial|number|nummer|rufnummer"
    r"|durchwahl|hotline|ring|ruf\w*|anruf\w*|erreichbar)\W*(?:(?:me|us|is|mich|uns|ist|at|on|unter|under|no"
    r"|nr)\W+){0,3}"
    r"\+?$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"\n|(?<=[.!?;]) (?=[^\W\d_])")
_HARDWARE = re.compile(r"(?:[0-9A-Fa-f]{2}:){7}[0-9A-Fa-f]{2}")


def _address(text: str) -> _Address | None:
    try:
        if "/" in text:
            return ip_network(text, strict=False)
        return ip_address(text)
    except ValueError:
        return None


def _written(addresses: list[_Address]) -> str:
    return ", ".join(dict.fromkeys(map(str, addresses)))


def read_addresses(value: str) -> str | Unclear | None:
    """A labelled value: every address and prefix in it, or a doubt if there is only a wrong one.

    The host bits of a prefix are dropped (``192.0.2.7/24`` is ``192.0.2.0/24``), the port of an IPv4 address too.
    ``None`` if nothing in it looks like an address.
    """
    addresses: list[_Address] = []
    wrong = ""
    for raw in _PART.split(value):
        text = raw.strip("()[]{}<>'\"“”„*.=").removesuffix(":")
        text = re.sub(r"^((?:\d{1,3}\.){3}\d{1,3}):\d{1,5}$", r"\1", text.partition("%")[0])
        address = _address(text) if "." in text or ":" in text else None
        if address is not None:
            addresses.append(address)
        elif _LOOKS_LIKE_ADDRESS.fullmatch(text) or _LOOKS_LIKE_ADDRESS.fullmatch(text.partition("-")[0]):
            wrong = wrong or text[:60]
    if len(dict.fromkeys(map(str, addresses))) > MAX_ADDRESSES:
        return Unclear("addresses", {"most": MAX_ADDRESSES})
    if wrong and not addresses:
        return Unclear("address", {"said": wrong})
    return _written(addresses) if addresses else None


def addresses_in_prose(text: str) -> str | None:
    """Addresses in free text; versions, loopback, and what was only pinged or traced are left out."""
    addresses: list[_Address] = []
    for line in _SENTENCE_END.split(text):
        if len(addresses) >= MAX_ADDRESSES or _MEASURED.search(line) or _HOP.match(line):
            continue
        for match in _IN_PROSE.finditer(line):
            address = None if _HARDWARE.fullmatch(match[0]) else _address(match[0])
            before = line[max(0, match.start() - 40) : match.start()]
            if (
                address is None
                or _VERSION.search(before[-24:])
                or _CALLED.search(before)
                or address.is_loopback
                or address.is_unspecified
            ):
                continue
            addresses.append(address)
    return _written(addresses[:MAX_ADDRESSES]) if addresses else None
