"""Which files people can attach to a message, and how experts get them.

Images and documents go to the model as they are; the text of other files becomes part of the
prompt. The kind of a file is told by its first bytes, whatever its name says.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.panel.errors import Refused
from bot.panel.language_model.exchange import Attachment
from bot.panel.texts import file_sentences

LARGEST = 10 * 1024 * 1024  # bytes of one file
LARGEST_TOGETHER = 2 * LARGEST
MOST = 10
HELD_AT_ONCE = 3 * LARGEST_TOGETHER  # bytes, by all turns of a process
LONGEST_TEXT = 50_000  # characters

_IMAGES = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"))
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
# Ending: what such a file begins with, and its media type.
_DOCUMENTS = {
    "pdf": (b"%PDF-", "application/pdf"),
    "docx": (_ZIP, f"{_OPEN_XML}.wordprocessingml.document"),
    "pptx": (_ZIP, f"{_OPEN_XML}.presentationml.presentation"),
    "xlsx": (_ZIP, f"{_OPEN_XML}.spreadsheetml.sheet"),
    "odt": (_ZIP, "application/vnd.oasis.opendocument.text"),
    "doc": (_OLE, "application/msword"),
    "ppt": (_OLE, "application/vnd.ms-powerpoint"),
    "xls": (_OLE, "application/vnd.ms-excel"),
    "rtf": (b"{\\rtf", "application/rtf"),
}


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file whose text the expert reads."""

    name: str
    text: str
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Attached:
    """What experts get of the files, and a sentence for people about each of the others."""

    texts: tuple[TextFile, ...] = ()
    files: tuple[Attachment, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of what the model's side has to open itself."""
        return tuple(file.name for file in self.files)


NOTHING_ATTACHED = Attached()


def sort_out(contents: Iterable[TextFile | Attachment], problems: Iterable[str]) -> Attached:
    """Return *contents* by what becomes of them; texts that were cut are a problem, too."""
    given = list(contents)
    texts = tuple(item for item in given if isinstance(item, TextFile))
    cut = [file_sentences.file_cut(text.name, LONGEST_TEXT) for text in texts if not text.is_whole]
    files = tuple(item for item in given if isinstance(item, Attachment))
    return Attached(texts, files, (*problems, *cut))


def understood(name: str, content: bytes) -> TextFile | Attachment:
    """Return what *content* is. Raises Refused if experts cannot read such files."""
    if not content:
        raise Refused(file_sentences.file_empty(name))
    for media_type in _media_types(name, content):
        return Attachment(name, media_type, content)
    text = _decoded(name, content)
    return TextFile(name, text[:LONGEST_TEXT], is_whole=len(text) <= LONGEST_TEXT)


def _media_types(name: str, content: bytes) -> Iterator[str]:
    """Yield what the file is, if the model's side can open it."""
    for beginning, kind in _IMAGES:
        if content.startswith(beginning):
            yield f"image/{kind}"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        yield "image/webp"
    beginning, media_type = _DOCUMENTS.get(name.rpartition(".")[2].lower(), (b"", ""))
    if media_type and content.startswith(beginning):
        yield media_type


def _decoded(name: str, content: bytes) -> str:
    utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = content.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(file_sentences.file_kind(name)) from None
    if "\0" in text:
        raise Refused(file_sentences.file_kind(name))
    return text
