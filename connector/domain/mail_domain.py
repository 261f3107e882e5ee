"""Mail domains, of which one may be written in two ways (IDNA, RFC 5890)."""

from unicodedata import normalize


def mail_domain(address: str) -> str:
    """The domain of an address, or a domain itself, as people read it and in small letters.

    >>> mail_domain("kim@xn--bcher-kva.example"), mail_domain("Bücher.example")
    ('bücher.example', 'bücher.example')
    """
    domain = address.rpartition("@")[2].casefold()
    if domain.isascii() and "xn--" not in domain:
        return domain
    return normalize("NFC", ".".join(map(_readable, domain.split(".")))).casefold()


def _readable(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
