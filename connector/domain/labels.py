"""What the fields are called on the screens of one helpdesk."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from connector.domain.fields import CATALOGUE, INTAKE


@dataclass(frozen=True, eq=False)
class Labels:
    """What one helpdesk's screen calls the fields. One object is shared by all its tickets."""

    fields: Mapping[str, str]
    """Field, or ``state`` → label."""
    choices: Mapping[str, Mapping[str, str]]
    """Field → value of the rules → what the screen shows for it, where that is not the value itself."""
    macros: frozenset[str] = frozenset()
    """What agents can click by these names, so that texts name nothing that is not there."""

    def __getitem__(self, name: str) -> str:
        """The label of a field or of ``state``. Raises ``KeyError`` for no field."""
        return self.fields[name]

    def choice(self, name: str, value: str) -> str:
        """What the screen shows where the field has this value."""
        return self.choices.get(name, {}).get(value, value)

    @cached_property
    def in_mails(self) -> tuple[tuple[str, str], ...]:
        """Label and field of all that customers are asked for: they answer in lines with these labels."""
        return tuple((self.fields[name], name) for name in INTAKE)


LABELS = Labels(
    {name: known.label for name, known in CATALOGUE.items()} | {"state": "State"},
    {name: {str(value): said for value, said in known.choices.items()} for name, known in CATALOGUE.items()},
)
"""The catalogue's own."""
