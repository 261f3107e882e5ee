"""Templates: what they may do, and what is said of one that cannot be used."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.vocabulary import Actor, Impact
from connector.messages.samples import Kinds, malformed, names, samples
from connector.messages.template import MessageError, compile_template, try_template
from connector.messages.words import Language, Reader

BERLIN = Reader(zone=ZoneInfo("Europe/Berlin"))
NAMES = frozenset({"said", "at", "missing", "level"})


def shown(source: str, reader: Reader = BERLIN, **data: Any) -> str:
    return compile_template(source, NAMES).render(data, reader)


@given(said=st.text())
def test_what_a_stranger_says_begins_no_line_and_is_never_read_as_a_template(said: str) -> None:
    text = shown("He said: {{ said }}.\nThen: {{ said | upper }}.", said=said)
    first, second = text.split("\n")
    assert first == f"He said: {' '.join(said.split())}."
    assert second.startswith("Then: ")
    assert len(text.splitlines()) == 2


@pytest.mark.parametrize(
    "data", [{"said": "a  line", "level": 3}, {"said": None, "level": 4}, {"said": "b", "level": 3, "missing": ["x"]}]
)
def test_what_is_remembered_is_what_would_be_rendered(data: dict[str, Any]) -> None:
    template = compile_template("{{ level }} {{ said }} {{ missing | join(', ') }}", NAMES)
    every = {"missing": [], **data}

    assert template.uses == ("level", "missing", "said")
    for _ in range(2):
        assert template.render_again(every, BERLIN) == template.render(every, BERLIN)


def test_a_remembered_text_is_that_of_its_reader_and_its_data() -> None:
    template = compile_template("{{ at | time }} {{ said }}", NAMES)
    noon = {"at": datetime(2026, 11, 23, 12, tzinfo=UTC), "said": "x"}
    told = {
        (reader, said): template.render_again({**noon, "said": said}, reader)
        for reader in (BERLIN, Reader())
        for said in ("x", "y")
    }

    assert len(set(told.values())) == 4


@given(said=st.text(st.sampled_from("{%}#-= \n\r\u2028\u0085\x0b\x1c_()|itmelabo7*")))
def test_markup_in_data_stays_as_it_is(said: str) -> None:
    assert shown("({{ said }})", said=said) == f"({' '.join(said.split())})"
    assert shown("({{ missing | join(', ') }})", missing=[said]) == f"({' '.join(said.split())})"


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("one\n{{ sadi }}", 2, "there is no data 'sadi'; did you mean 'said'?"),
        ("one\ntwo {{ said", 2, "unexpected end of template"),
        ("{% if said %}", 1, "{% if … %} is not closed by {% endif %}"),
        ("\n{% for x in missing %}\n{%- if said %}\n{% endfor %}\n", 3, "{% if … %} is not closed by {% endif %}"),
        ("{% if said %}\nx\n{% endif %}\n{% for x in missing %}\n", 4, "{% for … %} is not closed by {% endfor %}"),
        ("\n{% endif %}", 2, "Encountered unknown tag 'endif'"),
        ("\n\n{{ said | tiem }}", 3, "there is no filter 'tiem'; did you mean 'time'?"),
        ("{% if said is stringy %}{% endif %}", 1, "there is no test 'stringy'; did you mean 'string'?"),
        ("{{ said.upper() }}", 1, "a call has no place in a message"),
        ("{% set x = said %}", 1, "this {% … %} has no place in a message"),
        ("one\n{% include '/etc/passwd' %}", 2, "this {% … %} has no place in a message"),
        ("{% import 'x' as x %}", 1, "this {% … %} has no place in a message"),
        ("{% extends 'x' %}", 1, "this {% … %} has no place in a message"),
        ("{% macro x() %}{% endmacro %}", 1, "this {% … %} has no place in a message"),
        ("{{ said * 1000000000 }}", 1, "arithmetic has no place in a message"),
        (
            "{% for a in missing %}\n{% for b in missing %}\n{% for c in missing %}\n"
            "{% endfor %}\n{% endfor %}\n{% endfor %}",
            3,
            "loops may be nested 2 deep",
        ),
        ("{{ range(9) }}", 1, "a call has no place in a message"),
        ("{{ range }}", 1, "there is no data 'range'"),
        ("{{ self }}", 1, "there is no data 'self'"),
        ("{{ said | attr('__class__') }}", 1, "there is no filter 'attr'"),
    ],
)
def test_a_template_that_does_more_than_print_is_refused_with_its_line(source: str, line: int, message: str) -> None:
    with pytest.raises(MessageError) as error:
        compile_template(source, NAMES)
    assert str(error.value).startswith(message)
    assert error.value.line == line


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("\n{{ level.nmae }}", 2, "there is no data 'nmae'; did you mean 'name'?"),
        ("{% if missing %}\nx\n{% else %}\n{{ said | time }}\n{% endif %}", 4, "'str' object has no attribute"),
        ("{{ said }}\n{{ level.name if said else level.nmae }}", 2, "there is no data 'nmae'; did you mean 'name'?"),
        ("{% for each in missing %}\n{{ each.name }}\n{% endfor %}", 2, "there is no data 'name'"),
        ("{{ at }}", 1, "datetime needs a filter"),
        ("{{ missing }}", 1, "list needs a filter"),
        ("{{ 'servcie_id' | label }}", 1, "'servcie_id'"),
        ("{{ said.__class__.__mro__ }}", 1, "there is no data '__class__'"),
        ('{% if said == "y" and level.nmae %}x{% endif %}', 1, "there is no data 'nmae'"),
        ('{% if said == "x" or level.nmae %}x{% endif %}', 1, "there is no data 'nmae'"),
        ('{% if (said == "y" and level.nmae) or said %}x{% endif %}', 1, "there is no data 'nmae'"),
        ('{{ "a" if level.nmae == 1 else "b" }}', 1, "there is no data 'nmae'"),
        ('{% if said == "y" %}{{ "a" if level.nmae else "b" }}{% endif %}', 1, "there is no data 'nmae'"),
        ('{% if said == "y" %}{{ (at or said) | time }}{% endif %}', 1, "'str' object has no attribute"),
        ('{% if said == "y" %}{{ (said or at) | upper }}{{ said or at }}{% endif %}', 1, "datetime needs a filter"),
        (
            "{% for each in missing if each == 'x' %}\n{{ each | time }}\n{% endfor %}",
            2,
            "'str' object has no attribute",
        ),
        ("{% for each in missing if each == 'x' and each.name %}{% endfor %}", 1, "there is no data 'name'"),
        ("{% for each in missing %}{% else %}\n{{ said | time }}\n{% endfor %}", 2, "'str' object has no attribute"),
        ("{% for each in missing %}{{ loop.indx }}{% endfor %}", 1, "there is no data 'indx'"),
        ("{% if said < 'a' < level.nmae %}x{% endif %}", 1, "there is no data 'nmae'"),
        ("{% if said == 'y' and each %}{% endif %}{% for each in missing %}{% endfor %}", 1, "'each' is undefined"),
        ("{{ said.upper }}", 1, "there is no data 'upper'"),
        ("{{ level.items }}", 1, "there is no data 'items'"),
        ("{{ at.year }}", 1, "there is no data 'year'"),
    ],
)
def test_a_trial_renders_every_branch(source: str, line: int, message: str) -> None:
    """Also those that no sample data would choose."""
    data = {"said": "x", "at": datetime(2026, 11, 23, tzinfo=UTC), "missing": ["impact"], "level": {"name": "x"}}
    with pytest.raises(MessageError) as error:
        try_template(source, [data], BERLIN)
    assert str(error.value).startswith(message)
    assert error.value.line == line


def test_a_trial_takes_what_would_work() -> None:
    source = """{% for each in missing if not loop and each or said %}{% endfor %}"""
    with pytest.raises(MessageError, match="loop"):
        try_template(source, [{"said": "x", "missing": ["impact"]}], BERLIN)
    at = datetime(2026, 11, 23, tzinfo=UTC)
    source = """{{ level.name or level.who | person }} {{ (at | time) if at else "now" }} {{ "early" if said == "y" }}
{% for each in missing if each and said %}{{ each }}{{ loop.index }}{{ ", " if not loop.last }}{% endfor %}
{% if 1 < 2 <= missing | length and missing and missing | first == "impact" %}{{ missing | first }}{% endif %}"""
    full = {"said": "x", "at": at, "missing": ["impact", "urgency"], "level": {"name": "x", "who": Actor.CUSTOMER}}
    try_template(source, [full, {**full, "at": None, "missing": []}], BERLIN)


def test_what_is_chosen_without_an_alternative_is_no_text() -> None:
    assert shown('a{{ "x" if level == 4 }}b', level=3) == "ab"


def test_printing_what_may_be_missing_is_a_problem_of_the_trial_only() -> None:
    assert shown("a{{ said }}b", said=None) == "ab"
    with pytest.raises(MessageError, match="may be missing here"):
        try_template("a{{ said }}b", [{"said": "x"}, {"said": None}], BERLIN)


def test_empty_lines_never_pile_up() -> None:
    source = "\n\none\n{% if said %}\n\n\n{{ said }}\n{% endif %}\n\n\ntwo\n\n"
    assert shown(source, said="") == "one\n\ntwo"
    assert shown(source, said="x") == "one\n\nx\n\ntwo"


def test_filters_speak_the_readers_language() -> None:
    at = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
    german = Reader(Language.DE, ZoneInfo("Europe/Berlin"))
    source = "{{ at | time }}, {{ level | person }}, {{ said | duration }}, {{ missing | label | join('/') }}"
    data: dict[str, Any] = {
        "at": at,
        "level": Actor.CUSTOMER,
        "said": timedelta(hours=3),
        "missing": ["service_id", "impact"],
    }
    assert shown(source, **data) == "Mon 23 Nov 2026 11:05 CET (10:05 UTC), the customer, 3 h, Service ID/Impact"
    assert shown(source, german, **data) == "Mo 23.11.2026 11:05 CET (10:05 UTC), der Kunde, 3 Std., Service ID/Impact"
    assert shown("{{ said | choice }}", german, said=None) == "leer"
    assert shown("{{ said | choice }}", said=Impact.NON_SERVICE_AFFECTING) == "non service affecting"
    assert shown("{{ said | choice('rfo_status') | sentence }}", said="due") == "Due"


def test_samples_show_everything_first_and_then_every_combination() -> None:
    kinds = {"why": "one of a, b", "word?": "text", "steps?": [{"at?": "time", "level": "number"}]}
    found = list(samples(kinds))
    assert names(kinds) == {"why", "word", "steps"}
    assert all(found[0].values())
    assert all(step["at"] for step in found[0]["steps"])
    assert len(found) == 2 * 2 * 3
    assert {(data["why"], data["word"], len(data["steps"])) for data in found} == {
        (why, word, count) for why in "ab" for word in ("as described above", None) for count in (0, 2)
    }
    assert any(step["at"] is None for data in found for step in data["steps"])


@pytest.mark.parametrize(
    ("kinds", "message"),
    [
        ({"x": "txt"}, "x: there is no kind 'txt'; kinds are text, "),
        ({"x": ["text", "text"]}, "x: a list has one kind, as in [text]"),
        ({"x": {"y": None}}, "x: y: there is no kind None"),
        ({"reader": "text"}, "'reader' cannot be the name of data"),
        ({"a b": "text"}, "'a b' cannot be the name of data"),
        ({"ticket?": "text"}, "ticket: every message gets it already"),
    ],
)
def test_a_wrong_kind_is_named(kinds: Kinds, message: str) -> None:
    assert next(malformed(kinds)).startswith(message)
