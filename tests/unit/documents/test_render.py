"""Documents as PDF: what people wrote comes out as text, the same values as the same bytes, tagged for archive and
ear."""

import io
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from connector.documents.render import DocumentError, as_file, pages, pdf
from connector.domain.document import Document
from connector.policy.letterhead import Letterhead, Provider, shipped_letterhead

AT = "Mon 23 Nov 2026 17:00 CET (16:00 UTC)"
CONTENT: dict[str, Any] = {
    "number": "RFO-41007-1",
    "version": 1,
    "preview": False,
    "preliminary": False,
    "customer": "Harbour Bank",
    "ticket": {"number": "41007", "title": "Line down"},
    "services": [{"id": "SVC-1005", "name": "Ethernet line", "circuit": None, "region": "Hamburg"}],
    "priority": "P1 critical",
    "impact": None,
    "times": {"start": AT, "reported": AT, "restored": AT, "duration": "3 h", "requested": None, "due": None},
    "timeline": [{"at": AT, "text": "Incident reported"}],
    "measures": [{"what": "A second path", "owner": "Ada", "due": "2027-02-01", "done": False}],
    "third_party": None,
    "revisions": [{"version": 1, "preliminary": False, "at": AT, "text": None}],
    "issued": AT,
    "rfo_summary": ["The line was down."],
    "root_cause": ["A digger."],
    "rfo_trigger": [],
    "rfo_detection": [],
    "rfo_resolution": ["Spliced."],
    "corrective_measures": [],
}


def document(**values: Any) -> Document:
    return Document(
        template="rfo",
        name="RFO-41007-1-v1.pdf",
        title="Reason For Outage RFO-41007-1",
        dated=datetime(2026, 11, 23, 16, tzinfo=UTC),
        content=CONTENT | values,
    )


def text_of(content: bytes) -> str:
    """What a reader of the file gets, without the places where a line may break and without spaces."""
    read = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return "".join(read.replace("\u200b", "").split())


@pytest.mark.parametrize(
    "said",
    [
        '#panic("no")',
        '#import "page.typ": * #sys.inputs',
        "$sum_(i=0)^n i$ *bold* _it_ `raw` = heading @ref <label>",
        "- list\\ // comment /* more */",
        "<script>alert(1)</script> &amp; <b>bold</b>",
        "=SUM(A1:A9) +1 -1 @cmd",
        "{{ ticket.number }} {% raw %}",
        "\\u{41} \\n \\",
        "https://evil.example/?a=1#b",
    ],
)
def test_what_people_wrote_is_text(said: str) -> None:
    made = pdf(document(rfo_summary=[said], customer=said, ticket={"number": "1", "title": said}), shipped_letterhead())

    assert text_of(made).count("".join(said.split())) >= 3


def test_right_to_left_and_other_scripts_come_out() -> None:
    made = text_of(pdf(document(rfo_summary=["שלום", "Привет", "αβγ", "čšž ŁŐ"]), shipped_letterhead()))

    assert "שלום" in made
    for word in ("Привет", "αβγ", "čšž", "ŁŐ"):
        assert word in made


def test_a_character_that_no_font_shows_is_named() -> None:
    assert "down[U+65E5]up" in text_of(pdf(document(rfo_summary=["down 日 up"]), shipped_letterhead()))


def test_control_characters_and_half_characters_break_nothing() -> None:
    made = text_of(pdf(document(rfo_summary=["a\x00b\x1b[31mc\ud800d\u202egnp.exe\u2069"]), shipped_letterhead()))

    assert "ab[31mc?dgnp.exe" in made


def test_a_word_of_ten_thousand_characters_stays_on_the_page() -> None:
    word = "".join(str(number % 10) for number in range(10_000))
    made = pdf(document(rfo_summary=[word], customer=word[:200]), shipped_letterhead())

    # The foot of a page comes between.
    assert text_of(made).count("0123456789") >= 990
    assert len(PdfReader(io.BytesIO(made)).pages) < 8


def test_the_same_values_are_the_same_bytes() -> None:
    first, again = (as_file(document(), shipped_letterhead()) for _ in range(2))

    assert first == again
    assert first.content != pdf(document(version=2), shipped_letterhead())
    assert (first.name, first.media_type) == ("RFO-41007-1-v1.pdf", "application/pdf")


def test_it_claims_both_standards_is_tagged_and_embeds_its_fonts() -> None:
    read = PdfReader(io.BytesIO(pdf(document(), shipped_letterhead())))
    catalogue: Any = read.trailer["/Root"]
    told = catalogue["/Metadata"].get_object().get_data().decode()

    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "en-GB"
    assert "/StructTreeRoot" in catalogue
    assert "<pdfaid:part>2</pdfaid:part>" in told
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in told
    assert "<pdfuaid:part>1</pdfuaid:part>" in told
    fonts = read.pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    for font in fonts:
        below = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & below.keys()


def test_a_preliminary_version_bears_a_watermark() -> None:
    plain, marked, shown = (
        text_of(pdf(document(**values), shipped_letterhead()))
        for values in ({}, {"preliminary": True}, {"preview": True})
    )

    assert "PRELIMINARY" not in plain
    assert "PRELIMINARY" in marked
    assert "PREVIEW" in shown


def test_without_a_logo_the_name_stands_there() -> None:
    assert "Seaside" in text_of(pdf(document(), Letterhead(Provider(name="Seaside"))))


def test_a_logo_that_is_broken_is_told_without_the_customers_words() -> None:
    broken = Letterhead(Provider(name="Seaside", logo="logo.png"), b"\x89PNG\r\n\x1a\nnonsense")

    with pytest.raises(DocumentError, match=r"^RFO-41007-1-v1\.pdf: ") as raised:
        pdf(document(rfo_summary=["a secret of the bank"]), broken)
    assert "secret" not in str(raised.value)


def test_pages_are_pictures() -> None:
    (page,) = pages(document(), shipped_letterhead(), ppi=20)

    assert page.startswith(b"\x89PNG")


@pytest.mark.slow
def test_nothing_loads_typst_before_a_document_is_made() -> None:
    code = "import connector.cli, connector.work.reconcile, sys; sys.exit('typst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
