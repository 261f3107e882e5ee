"""Facts that are found out once, on values whose classes pydantic makes."""

from connector.domain.model import Model
from connector.domain.once import once


class Line(Model):
    text: str

    @once
    def words(self) -> tuple[str, ...]:
        """Of the line."""
        return tuple(self.text.split())


def test_a_fact_is_found_once_and_is_no_part_of_the_value() -> None:
    line = Line(text="no light")

    assert line.words is line.words
    assert line == Line(text="no light")
    assert Line.model_fields.keys() == line.model_dump().keys() == {"text"}


def test_a_copy_with_other_values_finds_its_own() -> None:
    line = Line(text="no light")

    assert (line.words, line.model_copy(update={"text": "light"}).words) == (("no", "light"), ("light",))


def test_the_class_shows_what_it_is_about() -> None:
    assert Line.words.__doc__ == "Of the line."
