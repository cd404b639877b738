"""Whether documents have text, looked at before anything is sent."""

import io
import tracemalloc
import zipfile

import pytest

from bot.adapters.openai.documents.readable import is_blank, is_readable

XML = (
    '<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="x"><w:body>{}</w:body></w:document>'
)
WORDS = "<w:p><w:r><w:t>Thirty days.</w:t></w:r></w:p>"
PARTS = "word/document.xml"


def packed(parts: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a Word or PowerPoint file of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def word(body: str) -> bytes:
    return packed({PARTS: XML.format(body)})


def encrypted() -> bytes:
    """Return a file whose part says that it is protected."""
    content = bytearray(word(WORDS))
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 8] |= 1
    return bytes(content)


NESTED = "<w:p>" * 200_000 + "{}" + "</w:p>" * 200_000
BLANK = {
    "no bytes that mean anything": ("a.txt", b" \n\t\r\n"),
    "a byte order mark": ("a.txt", b"\xef\xbb\xbf"),
    "UTF-16 blanks": ("a.txt", " \n".encode("utf-16")),
    "blanks that are not ASCII": ("a.md", "\u00a0\u2003\u3000\u200b\u2060\ufeff".encode()),
    "fillers that count as letters": ("a.md", "\u3164\u115f\u2800".encode()),
    "rules": ("a.md", b"---\n\n***\n___"),
    "control characters": ("a.txt", b"\0" * 1000),
    "braces": ("a.json", b"{}"),
    "a page": ("a.html", b"<html><style>p {color: red}</style><body>&nbsp;<p></p></body></html>"),
    "Word": ("a.docx", word("<w:p/>")),
    "Word with blanks": ("a.docx", word('<w:t xml:space="preserve">  &#160;</w:t>')),
    "Word, deeply nested": ("a.docx", word(NESTED.format(""))),
    "Word with tabs only": ("A.DOCX", word("<w:tab/><w:tbl/>")),
    "slides": ("a.pptx", packed({"ppt/slides/slide1.xml": "<a:t> </a:t>"})),
    "slides whose words are the template's": (
        "a.pptx",
        packed(
            {
                "ppt/slides/slide1.xml": "<p:sld/>",
                "ppt/slideLayouts/slideLayout1.xml": "<a:t>Click to edit</a:t>",
                "ppt/notesMasters/notesMaster1.xml": "<a:t>Click to edit</a:t>",
            }
        ),
    ),
}
READABLE = {
    "a letter": ("a.txt", b"\n\na"),
    "a digit": ("a.txt", b"7"),
    "Chinese": ("a.md", "年假".encode()),
    "an emoji": ("a.md", "\U0001f600".encode()),
    "UTF-16": ("a.txt", "Zebra".encode("utf-16")),
    "code": ("a.py", b"x=1"),
    "a page": ("a.html", b"<script>1</script><p>Hello</p>"),
    "an entity": ("a.html", b"<p>&eacute;</p>"),
    "Word": ("a.docx", word(WORDS)),
    "Word, split": ("a.docx", word('<w:t>T</w:t><w:t xml:space="preserve">hirty</w:t>')),
    "Word, deeply nested": ("a.docx", word(NESTED.format(WORDS))),
    "Word without a prefix": ("a.docx", packed({PARTS: "<document><t>Thirty</t></document>"})),
    "Word, CDATA": ("a.docx", word("<w:t><![CDATA[Thirty]]></w:t>")),
    "Word, UTF-16": ("a.docx", packed({PARTS: XML.format(WORDS).encode("utf-16")})),
    "Word with a header only": ("a.docx", packed({PARTS: "<w:p/>", "word/header1.xml": WORDS})),
    "slides": ("a.pptx", packed({"ppt/slides/slide1.xml": "<a:t>Zebra</a:t>"})),
    "a slide's notes": (
        "a.pptx",
        packed(
            {"ppt/slides/slide1.xml": "<a/>", "ppt/notesSlides/notesSlide1.xml": "<a:t>N</a:t>"}
        ),
    ),
    "words before a bomb": ("a.docx", word(WORDS + " " * 40_000_000)),
}
UNKNOWN = {
    "a PDF": ("a.pdf", b"%PDF-1.7"),
    "old Word": ("a.doc", b"\xd0\xcf\x11\xe0"),
    "neither UTF-8 nor UTF-16": ("a.txt", b"\xfc"),
    "no archive": ("a.docx", b"hello"),
    "an archive of something else": ("a.docx", packed({"xl/workbook.xml": "<t>1</t>"})),
    "a cut archive": ("a.docx", word(WORDS)[:-30]),
    "a protected one": ("a.docx", encrypted()),
    "a zip bomb": ("a.docx", word(" " * 40_000_000)),
    "many parts": ("a.docx", packed({f"word/part{n}.xml": "" for n in range(1_100)})),
    "a document within": ("a.docx", packed({PARTS: "<w:p/>", "word/afchunk.mht": "Hello"})),
    "other compression": ("a.docx", packed({PARTS: WORDS}, zipfile.ZIP_LZMA)),
    "XML in another encoding": ("a.docx", packed({PARTS: "<w:t>\xfc</w:t>".encode("latin-1")})),
}
ROWS = [
    *((kind, True, *file) for kind, file in BLANK.items()),
    *((kind, False, *file) for kind, file in READABLE.items()),
    *((kind, None, *file) for kind, file in UNKNOWN.items()),
]


@pytest.mark.parametrize(
    ("blank", "name", "content"),
    [row[1:] for row in ROWS],
    ids=[f"{kind}: {blank}" for kind, blank, *_ in ROWS],
)
def test_what_can_be_told_of_a_file_is_told(blank: bool | None, name: str, content: bytes) -> None:
    assert is_blank(name, content) is blank


def test_the_text_that_a_server_found_counts_as_well() -> None:
    assert is_readable("Page 1")
    assert not is_readable("\f\f \ufffd")


@pytest.mark.parametrize("name", ["a.txt", "a.html"])
def test_large_documents_are_looked_at_in_little_memory(name: str):
    content = ("\n" * 20_000_000 + "\U0001f600").encode()
    tracemalloc.start()
    found = is_blank(name, content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found is (False if name == "a.txt" else None)
    assert peak < 16_000_000


def test_an_archive_of_very_many_parts_is_left_to_the_server():
    parts: dict[str, str | bytes] = {f"word/{number}.xml": "" for number in range(6_000)}
    assert is_blank("a.docx", packed(parts)) is None
