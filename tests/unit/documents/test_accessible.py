"""What a program can see of a PDF's structure: the points of the Matterhorn protocol 1.1 (PDF/UA-1) and of PDF/A-2 that
pypdf shows, each by its number there. This is no validation: a validator sees more, and some points only a person."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream

from connector.documents.matrix import matrix_document, version_on
from connector.documents.render import pdf
from connector.policy.letterhead import shipped_letterhead
from tests.builders import default_policy
from tests.unit.documents.test_render import AT, document

_PAINTS = {b"Tj", b"TJ", b"'", b'"', b"Do", b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"sh"}
_NAMES = """
Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct P H H1 H2 H3 H4 H5 H6 L LI Lbl LBody Table TR TH
TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Figure Formula Form
"""
_STANDARD = frozenset(_NAMES.split())
"""ISO 32000-1, 14.8.4."""
_INSIDE = {
    "Table": {"TR", "THead", "TBody", "TFoot", "Caption"},
    "THead": {"TR"},
    "TBody": {"TR"},
    "TR": {"TH", "TD"},
    "L": {"LI", "Caption", "L"},
    "LI": {"Lbl", "LBody"},
}


class Tag(NamedTuple):
    """A structure element."""

    kind: str
    held: Any
    inside: str | None


def _rfo(**values: Any) -> bytes:
    many = {
        "timeline": [{"at": AT, "text": "Update sent"}] * 40,
        "corrective_measures": ["All spares were checked.", "The duct was marked."],
        "rfo_trigger": ["Road works."],
    }
    return pdf(document(**(many | values)), shipped_letterhead())


def _matrix() -> bytes:
    policy = default_policy()
    (service,) = (one for one in policy.catalogue.services if one.id == "SVC-1005")
    return pdf(matrix_document(policy, service, version_on(policy, service, date(2026, 12, 1))), shipped_letterhead())


MADE = {"rfo": _rfo, "preliminary": lambda: _rfo(preliminary=True), "matrix": _matrix}


@pytest.fixture(scope="module", params=MADE)
def read(request: pytest.FixtureRequest) -> PdfReader:
    return PdfReader(io.BytesIO(MADE[request.param]()), strict=True)


def root(read: PdfReader) -> Any:
    return read.trailer["/Root"]


def tags(read: PdfReader) -> Iterator[Tag]:
    """Every structure element, in the order of reading, by its standard type."""
    roles = root(read)["/StructTreeRoot"].get("/RoleMap", {})

    def below(node: Any, inside: str | None) -> Iterator[Tag]:
        node = node.get_object()
        if isinstance(node, list):
            for each in node:
                yield from below(each, inside)
        elif isinstance(node, dict) and "/S" in node:
            kind = str(roles.get(node["/S"], node["/S"]))[1:]
            yield Tag(kind, node, inside)
            if "/K" in node:
                yield from below(node["/K"], kind)

    yield from below(root(read)["/StructTreeRoot"]["/K"], None)


def told(read: PdfReader) -> str:
    metadata: str = root(read)["/Metadata"].get_object().get_data().decode()
    return metadata


def test_01_what_is_painted_is_tagged_or_an_artifact_never_both(read: PdfReader) -> None:
    for page in read.pages:
        open_ones: list[bool] = []
        for operands, operator in ContentStream(page.get_contents(), read).operations:
            if operator in (b"BDC", b"BMC"):
                is_artifact = operands[0] == "/Artifact"
                has_id = operator == b"BDC" and "/MCID" in operands[1]
                assert not (open_ones and (has_id or is_artifact)), "marked content within marked content"
                open_ones.append(is_artifact or has_id)
            elif operator == b"EMC":
                open_ones.pop()
            elif operator in _PAINTS:
                assert any(open_ones), f"{operator!r} is neither tagged nor an artifact"


def test_01_every_tagged_piece_of_a_page_is_found_in_the_structure(read: PdfReader) -> None:
    numbers = root(read)["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    parents = dict(zip(numbers[::2], numbers[1::2], strict=True))
    for page in read.pages:
        owners = parents[page["/StructParents"]].get_object()
        ids = {
            operands[1]["/MCID"]
            for operands, operator in ContentStream(page.get_contents(), read).operations
            if operator == b"BDC" and "/MCID" in operands[1]
        }
        assert ids == set(range(len(ids)))
        assert all("/S" in owners[one].get_object() for one in ids)


def test_02_every_type_leads_to_a_standard_one(read: PdfReader) -> None:
    roles = root(read)["/StructTreeRoot"].get("/RoleMap", {})
    assert not {str(role)[1:] for role in roles} & _STANDARD, "a standard type is not given another meaning"
    assert {tag.kind for tag in tags(read)} <= _STANDARD


def test_06_07_11_metadata_title_and_language(read: PdfReader) -> None:
    assert "<pdfuaid:part>1</pdfuaid:part>" in told(read)
    title = re.search(r"<dc:title>.*?<rdf:li[^>]*>([^<]+)<", told(read))
    assert title is not None
    assert root(read)["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert root(read)["/Lang"] == "en-GB"
    marked = root(read)["/MarkInfo"]
    assert (marked["/Marked"].value, marked["/Suspects"].value) == (True, False)


def test_09_15_tables_and_lists_are_whole(read: PdfReader) -> None:
    found = list(tags(read))
    for tag in found:
        if tag.inside in _INSIDE:
            assert tag.kind in _INSIDE[tag.inside], f"{tag.kind} in {tag.inside}"
        for outer, inner in _INSIDE.items():
            if tag.kind in inner - {"Caption", "L", "TR"}:
                assert tag.inside in {each for each, held in _INSIDE.items() if tag.kind in held}, outer
        if tag.kind == "TH":
            assert {str(one.get("/Scope")) for one in tag.held["/A"]} & {"/Column", "/Row", "/Both"}
    assert Counter(tag.kind for tag in found)["THead"] == Counter(tag.kind for tag in found)["Table"]


def test_13_pictures_have_words(read: PdfReader) -> None:
    assert all(tag.held.get("/Alt") for tag in tags(read) if tag.kind in ("Figure", "Formula"))


def test_14_headings_begin_at_the_first_level_and_skip_none(read: PdfReader) -> None:
    levels = [int(tag.kind[1]) for tag in tags(read) if re.fullmatch("H[1-6]", tag.kind)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_20_21_25_26_nothing_hidden_attached_scripted_or_locked(read: PdfReader) -> None:
    assert not read.is_encrypted
    assert not {"/OCProperties", "/AcroForm", "/OpenAction", "/AA", "/Names"} & root(read).keys()
    assert read.attachments == {}


def test_28_the_order_of_tabs_is_that_of_the_structure(read: PdfReader) -> None:
    assert {page.get("/Tabs") for page in read.pages} == {"/S"}
    assert not any(page.get("/Annots") for page in read.pages)


def test_31_fonts_are_embedded_and_say_what_their_characters_are(read: PdfReader) -> None:
    for page in read.pages:
        for font in _fonts(page):
            (below,) = font["/DescendantFonts"]
            assert {"/FontFile2", "/FontFile3"} & below.get_object()["/FontDescriptor"].keys()
            assert font["/Encoding"] == "/Identity-H"
            assert "/ToUnicode" in font
            is_truetype = below.get_object()["/Subtype"] == "/CIDFontType2"
            assert not is_truetype or "/CIDToGIDMap" in below.get_object()


def _fonts(page: PageObject) -> Iterator[Any]:
    resources: Any = page["/Resources"]
    yield from (font.get_object() for font in resources["/Font"].values())


def test_pdf_a_has_an_id_an_output_intent_and_no_filter_of_old(read: PdfReader) -> None:
    """ISO 19005-2, 6.1.3, 6.2.3, 6.1.7.2."""
    assert "/ID" in read.trailer
    assert read.pdf_header in ("%PDF-1.4", "%PDF-1.5", "%PDF-1.6", "%PDF-1.7")
    intents = [intent.get_object() for intent in root(read)["/OutputIntents"]]
    assert [intent["/S"] for intent in intents if "/DestOutputProfile" in intent] == ["/GTS_PDFA1"]
    assert "<pdfaid:part>2</pdfaid:part>" in told(read)
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in told(read)
    contents: list[Any] = [page["/Contents"].get_object() for page in read.pages]
    filters = {str(each.get("/Filter")) for each in contents}
    assert not any("LZW" in each for each in filters)
