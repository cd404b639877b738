"""What becomes of a file, by what is in it."""

import pytest

from bot.panel.errors import Refused
from bot.panel.language_model.exchange import Attachment, UserSaid
from bot.panel.language_model.files.attachments import LONGEST_TEXT, TextFile, sort_out, understood

PNG = b"\x89PNG\r\n\x1a\nrest"


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.png", PNG, "image/png"),
        ("photo", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("wrong.png", b"GIF89a", "image/gif"),
        ("a.webp", b"RIFF\1\2\3\4WEBPVP8 ", "image/webp"),
        ("A.PDF", b"%PDF-1.7", "application/pdf"),
        ("a.xls", b"\xd0\xcf\x11\xe0rest", "application/vnd.ms-excel"),
    ],
)
def test_images_and_documents_are_known_by_how_they_begin(name, content, media_type):
    assert understood(name, content) == Attachment(name, media_type, content)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Grüße".encode(), "Grüße"),
        (b"\xef\xbb\xbfa,b", "a,b"),
        ("Grüße".encode("utf-16"), "Grüße"),
        (b"%PDF is a format", "%PDF is a format"),
    ],
)
def test_what_is_text_is_read_as_text(content, text):
    assert understood("notes.txt", content) == TextFile("notes.txt", text)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.zip", b"PK\3\4\xff"),
        ("a.bin", b"\0\1\2"),
        ("a.docx", b"\xd0\xcf"),
        ("a.pdf", b"\xffPDF"),
    ],
)
def test_other_kinds_are_refused_by_name(name, content):
    with pytest.raises(Refused, match=f"`{name}` is of a kind that I cannot read"):
        understood(name, content)


def test_an_empty_file_is_refused():
    with pytest.raises(Refused, match=r"`a.txt` is empty"):
        understood("a.txt", b"")


def test_a_name_cannot_break_out_of_its_quotes():
    with pytest.raises(Refused, match=r"^`a' <!channel> b` is empty"):
        understood("a` <!channel>\nb", b"")


def test_a_long_text_is_cut_and_that_is_told():
    long = understood("a.txt", b"x" * (LONGEST_TEXT + 1))
    attached = sort_out([long, understood("b.txt", b"x" * LONGEST_TEXT)], ["Before."])
    assert [len(text.text) for text in attached.texts] == [LONGEST_TEXT, LONGEST_TEXT]
    assert attached.problems == (
        "Before.",
        "`a.txt` is long: the experts get its first 50,000 characters.",
    )


def test_a_message_is_recognised_without_what_was_attached():
    assert UserSaid("Look", (Attachment("a.png", "image/png", PNG),)) == UserSaid("Look")
