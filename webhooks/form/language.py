"""The pages' languages: gettext catalogues, compiled when they are first read, and dates as a language writes them."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from connector.intake.faults import FAULTS, Fault

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
"""ISO 639-1 → how a language calls itself."""
LOCALE = Path(__file__).parents[1] / "locale"

# Times of incidents are read in tables and hurried: digits, 24 hours.
_PATTERNS = {
    "en": "EEE d MMM y, HH:mm",
    "de": "EEE d. MMM y, HH:mm",
    "fr": "EEE d MMM y, HH:mm",
    "es": "EEE d MMM y, HH:mm",
}


class Language(NamedTuple):
    """One language of the pages."""

    code: str
    texts: NullTranslations

    def __call__(self, text: str, **values: object) -> str:
        """A text of ours with its values, ``%(name)s``. Of a text that is not translated, the English one."""
        translated = self.texts.gettext(text)
        return translated % values if values else translated

    def sentence(self, fault: Fault) -> str:
        """What is wrong, for people."""
        return self.texts.gettext(FAULTS[fault.code]).format(**dict(fault.values))

    def time(self, at: datetime, zone: ZoneInfo) -> str:
        """A moment by the clock of a zone, without the zone's name.

        >>> language("de").time(datetime(2026, 11, 28, 8, tzinfo=ZoneInfo("UTC")), ZoneInfo("Europe/Berlin"))
        'Sa. 28. Nov. 2026, 09:00'
        """
        return str(format_datetime(at, _PATTERNS[self.code], tzinfo=zone, locale=self.code))


def chosen(wanted: str | None) -> Language:
    """The language of a code such as ``de`` or ``de-AT``; English where we do not have it."""
    code = (wanted or "").strip().lower()[:2]
    return language(code if code in LANGUAGES else "en")


def preferred(accepted: Iterable[str]) -> Language:
    """The first of a browser's languages that we have, else English."""
    return chosen(next((each for each in accepted if each.lower()[:2] in LANGUAGES), None))


@cache
def language(code: str) -> Language:
    """One of :data:`LANGUAGES`."""
    file = LOCALE / code / "form.po"
    if not file.exists():
        return Language(code, NullTranslations())
    with file.open("rb") as source:
        catalog = read_po(source, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Language(code, GNUTranslations(compiled))
