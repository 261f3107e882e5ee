"""``webhooks/locale/form.pot``: every text of the customers' pages, for translators (Babel, gettext)."""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po

from connector.intake.faults import FAULTS
from webhooks.form import consent, pages, ticket_page, values, words
from webhooks.form.language import LOCALE

TEMPLATES = Path(__file__).parents[1] / "webhooks" / "templates" / "form"
POT = LOCALE / "form.pot"


def catalog() -> Catalog:
    """The texts of the templates, then those of the code, each once."""
    made = Catalog(charset="utf-8")
    for file in sorted(TEMPLATES.glob("*.html")):
        with file.open("rb") as source:
            for _, text, _, _ in extract("jinja2.ext:babel_extract", source):
                made.add(str(text))
    of_code = (words, pages, ticket_page, consent, values)
    for text in [*(text for module in of_code for text in module.texts()), *FAULTS.values()]:
        made.add(text)
    return made


def pot() -> str:
    """The file."""
    written = BytesIO()
    write_po(written, catalog(), width=110, omit_header=True)
    head = "# Made by make generate. Translations: form.po in the folder of each language.\n"
    return head + written.getvalue().decode()
