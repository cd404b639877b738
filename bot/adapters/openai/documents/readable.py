"""Whether a document has text to look things up in.

Servers index blank documents without complaint. What is in a PDF or an old Word file only the
server can tell: its parsed content is looked at after indexing.
"""

import codecs
import html
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import islice

from bot.characters import IGNORABLE

_MOST = 4 * 1024 * 1024  # bytes of an archive that are unpacked, and of a web page
_MOST_PARTS = 5_000  # of an archive
_DIRECTORY_ENTRY = b"PK\x01\x02"
_PIECE = 1024 * 1024  # bytes
_FOR_EACH = 16 * 1024  # as which a part counts besides
_PACKED = ("docx", "pptx")
_PARSED_BY_SERVER = ("doc", "pdf")
_BLANKS = frozenset("_\ufffc\ufffd")  # nothing to be read
_WORD = re.compile(r"\w")
_TAG = re.compile(r"<[^<>]*>")
_HIDDEN = re.compile(r"<(/?)(?:script|style)\b[^<>]*>", re.IGNORECASE)
_PARTS = re.compile(r"(?:word|ppt)/(?!glossary|slideLayouts|slideMasters|.*Master).*\.xml")
_EMBEDDED = re.compile(r"word/(?:afchunk|embeddings)", re.IGNORECASE)
_TEXT = re.compile(r"<(?:\w+:)?t(?:\s[^<>]*)?>(?:<!\[CDATA\[)?([^<]+)")
_USUAL = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may take any amount of memory
_BROKEN = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error),
    *(EOFError, OSError, RuntimeError, ValueError),
)


def is_readable(text: str) -> bool:
    """Return whether *text* has a letter, a digit or a symbol that can be seen."""
    found = (match.group() for match in _WORD.finditer(text))
    if any(map(_says_something, found)):
        return True
    symbols = (char for char in {*text} if unicodedata.category(char) == "So")
    return any(map(_says_something, symbols))


def _says_something(char: str) -> bool:
    return char not in _BLANKS and not IGNORABLE.match(char)


def is_blank(name: str, content: bytes) -> bool | None:
    """Return whether the document has no text; None if only the server can tell."""
    ending = name.rpartition(".")[2].lower()
    if ending in _PARSED_BY_SERVER:
        return None
    if ending in _PACKED:
        return _is_blank_archive(content)
    try:
        if ending == "html":
            return _is_blank_page(content)
        return not any(map(is_readable, _decoded(content)))
    except UnicodeDecodeError:
        return None


def _is_blank_page(content: bytes) -> bool | None:
    text = "".join(islice(_decoded(content), _MOST // _PIECE))
    if is_readable(_shown(text)):
        return False
    return None if len(content) > _MOST else True


def _decoded(content: bytes) -> Iterator[str]:
    """Yield the text in pieces: as one, it may take four times the memory of the document."""
    utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if utf_16 else "utf-8-sig")()
    for start in range(0, len(content), _PIECE):
        end = start + _PIECE
        yield decoder.decode(content[start:end], final=end >= len(content))


def _shown(page: str) -> str:
    first, *rest = _HIDDEN.split(page)
    after = (text for closing, text in zip(rest[::2], rest[1::2], strict=True) if closing)
    return html.unescape(_TAG.sub(" ", " ".join([first, *after])))


def _is_blank_archive(content: bytes) -> bool | None:
    if content.count(_DIRECTORY_ENTRY) > _MOST_PARTS:
        return None
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if any(map(_EMBEDDED.match, archive.namelist())):
                return None
            parts = [part for part in archive.infolist() if _PARTS.fullmatch(part.filename)]
            return _are_blank(archive, parts) if parts else None
    except _BROKEN:  # or protected: the server says so
        return None


def _are_blank(archive: zipfile.ZipFile, parts: Sequence[zipfile.ZipInfo]) -> bool | None:
    left = _MOST
    for part in parts:
        if part.compress_type not in _USUAL:
            return None
        with archive.open(part) as file:
            xml = "".join(_decoded(file.read(left)))
        if any(is_readable(html.unescape(found[1])) for found in _TEXT.finditer(xml)):
            return False
        left -= part.file_size + _FOR_EACH
        if left <= 0:
            return None
    return True
