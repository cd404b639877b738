"""The parts of a message as servers send them: its text, and what that cites."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from bot.adapters.openai.leaks.leaks import without_leaks
from bot.adapters.openai.reading.citation_markers import without_markers
from bot.adapters.openai.reading.sent import Sent
from bot.panel.citations import Citation
from bot.panel.language_model.exchange import ModelSaid, Source
from bot.panel.made_files import MadeFile
from bot.panel.model import DocumentId

_THOUGHT = re.compile(r"reason|summary|think|thought")  # types of parts that are not for people
_FIRST_PLACE = 20  # in a text; a smaller index counts documents, as some servers have it


def model_said(message: Sent) -> ModelSaid:
    """Return a message of the model with what it cites."""
    text, thoughts, notes = "", list[str](), list[Sent]()
    citations: list[Citation] = []
    files: dict[str, MadeFile] = {}
    for part in text_parts(message, "content"):
        if _THOUGHT.search(part.optional_text("type")):
            thoughts.append(part.optional_text("text"))
            continue
        start, annotations = len(text), part.parts("annotations")
        notes += annotations
        citations += [c for note in annotations if (c := _citation(note, start))]
        files |= {file.id: file for note in annotations if (file := _made(note))}
        text += plain_text(part)
    plain, moved = without_markers(text)
    if plain != text:
        citations = [_moved(citation, moved) for citation in citations]
    said = ModelSaid(plain, tuple(citations), _sources(notes), tuple(files.values()))
    return without_leaks(replace(said, thoughts="\n\n".join(filter(None, thoughts))))


def text_of(item: Sent, field: str) -> str:
    """Return the text of an item's *field*."""
    return "".join(map(plain_text, text_parts(item, field)))


def text_parts(item: Sent, field: str) -> Sequence[Sent]:
    """Return the parts of a text, which may also be a plain text or among plain texts."""
    value = item.raw(field)
    values = value if isinstance(value, list) else [value]
    whole = [{"text": part} if isinstance(part, str) else part for part in values]
    return item.children(field, whole)


def plain_text(part: Sent) -> str:
    """Return what *part* says; a refusal is what the model said, too."""
    return part.optional_text("text") or part.optional_text("refusal")


def _citation(note: Sent, start: int) -> Citation | None:
    match note.optional_text("type"):
        case "file_citation":
            return _document(note, start)
        case "url_citation":
            return _page(note, start)
        case _:
            return None


def _document(note: Sent, start: int) -> Citation | None:
    id_, name, index = note.text("file_id"), note.optional_text("filename"), note.number("index")
    at = start + index if index >= _FIRST_PLACE else None
    return Citation(DocumentId(id_ or name), name or "…", at) if id_ or name else None


def _page(note: Sent, start: int) -> Citation | None:
    url, since, until = note.text("url"), note.number("start_index"), note.number("end_index")
    if not url:
        return None
    place = start + until if until else None  # some servers say nothing of it
    begins = start + since if place is not None and since < until else None
    title = note.optional_text("title") or _host(url) or "…"
    return Citation(DocumentId(url), title, place, url, begins)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _moved(citation: Citation, moved: Callable[[int], int]) -> Citation:
    at = None if citation.at is None else moved(citation.at)
    since = None if citation.since is None else moved(citation.since)
    return replace(citation, at=at, since=since)


def _made(note: Sent) -> MadeFile | None:
    if note.optional_text("type") != "container_file_citation":
        return None
    id_, container = note.text("file_id"), note.text("container_id")
    name = note.optional_text("filename").rpartition("/")[2] or id_
    return MadeFile(id_, name, container=container) if id_ and container else None


def _sources(notes: Sequence[Sent]) -> tuple[Source, ...]:
    cited = [note for note in notes if note.raw("type") != "container_file_citation"]
    sources = (_source(note) for note in cited)
    return tuple(dict.fromkeys(source for source in sources if source))


def _source(note: Sent) -> Source | None:
    title = note.optional_text("title") or note.optional_text("filename")
    url = note.optional_text("url")
    return Source(title or url, url) if title or url else None
