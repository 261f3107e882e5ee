"""Files of the repository that are made from the code: ``make generate`` writes them, a test compares them."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from connector.cli.reference import REFERENCE, reference, schema_text, schemas
from connector.intake.openapi import document
from connector.policy.locate import MAPPINGS
from tests.customer_texts import customer_texts
from tests.form_texts import POT, pot
from tests.readme import README, readme

GENERATED: Mapping[Path, Callable[[], str]] = {
    **{MAPPINGS / "schemas" / name: partial(schema_text, section) for name, section in schemas().items()},
    REFERENCE: reference,
    REFERENCE.with_name("intake.openapi.json"): lambda: json.dumps(document(), indent=2) + "\n",
    Path(__file__).parent / "golden" / "customer_messages.txt": customer_texts,
    README: readme,
    POT: pot,
}
"""File → what makes its text."""


def main() -> None:
    """Writes the files that have changed."""
    for file, make in GENERATED.items():
        text = make()
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            print(f"written: {file}")


if __name__ == "__main__":
    main()
