"""The footnotes of a reply: marks in its text, and a numbered list under it."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.panel.model import Citation, DocumentId
from bot.panel.names import in_code
from bot.panel.texts.code import ranges, with_note

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
# What a model writes for a citation, if its server did not convert it.
LEFTOVERS = "\ue200[^\ue200\ue201]*\ue201|【[^【】]{1,80}†[^【】]{0,200}】"
_LEFTOVERS = re.compile(LEFTOVERS)

# A link to a file that only the model's side can open.
_SANDBOX = re.compile(r"!?\[([^\]\n]{0,200})\]\(sandbox:[^)\s]{0,500}\)")
_LINK = re.compile(r"\(?\[[^\]\n]*\]\([^)\s]*\)\)?")
_LONGEST_URL = 500
_LONGEST_WORD = 100


def under(text: str, citations: Sequence[Citation], heading: str) -> str:
    """Return *text* with footnotes for *citations*, one for each document."""
    cited = {citation.document: citation for citation in citations}
    numbers = numbered(citations)
    marked = _LEFTOVERS.sub("", _marked(text, citations, numbers))
    if "](sandbox:" in marked:
        marked = _SANDBOX.sub(r"\1", marked)
    if not cited:
        return marked
    notes = "\n".join(f"{numbers[id_]}. {_note(citation)}" for id_, citation in cited.items())
    return with_note(marked.rstrip(), f"**{heading}**\n\n{notes}")


def within(citations: Iterable[Citation], length: int) -> tuple[Citation, ...]:
    """Return *citations*, those after *length* characters of the text without a place."""
    return tuple(
        citation if citation.at is None or citation.at <= length else replace(citation, at=None)
        for citation in citations
    )


def numbered(citations: Iterable[Citation]) -> Mapping[DocumentId, int]:
    """Return the footnote number of each document or page."""
    documents = dict.fromkeys(citation.document for citation in citations)
    return {document: number for number, document in enumerate(documents, 1)}


def _marked(text: str, citations: Sequence[Citation], numbers: Mapping[DocumentId, int]) -> str:
    places: defaultdict[int, set[int]] = defaultdict(set)
    begins: dict[int, int] = {}  # where a mark replaces a link that the model wrote
    code = _code(text) if citations else []
    for citation in citations:
        if (place := _place(text, citation.at, code)) is not None:
            places[place].add(numbers[citation.document])
            begins[place] = min(begins.get(place, place), _since(text, citation, place))
    for place in sorted(places, reverse=True):
        marks = "\u202f".join(str(n).translate(_SUPERSCRIPTS) for n in sorted(places[place]))
        text = text[: begins[place]] + marks + text[place:]
    return text


def _code(text: str) -> Sequence[tuple[int, int]]:
    """Return where *text* is code, to CommonMark or to parsers that only look for fences."""
    fences = [match.start() for match in re.finditer("```", text)] + [len(text)]
    pairs = zip(fences[::2], fences[1::2], strict=False)
    merged: list[tuple[int, int]] = []
    for start, stop in sorted([*ranges(text), *pairs]):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(stop, merged[-1][1])
        else:
            merged.append((start, stop))
    return merged


def _since(text: str, citation: Citation, place: int) -> int:
    """Return where the mark begins: before a link that the footnote makes redundant."""
    since = citation.since
    if since is None or citation.at != place or not _LINK.fullmatch(text[since:place]):
        return place
    return len(text[:since].rstrip(" "))


def _place(text: str, at: int | None, code: Sequence[tuple[int, int]]) -> int | None:
    """Return where the mark goes: after the word at *at*, but never in *code*."""
    if at is None or at > len(text):
        return None
    end = min(at + _LONGEST_WORD, len(text))
    while at < end and text[at].isalnum():
        at += 1
    before = bisect_left(code, (at, at)) - 1
    return None if before >= 0 and at < code[before][1] else at


def _note(citation: Citation) -> str:
    url = "".join(citation.url.split())[:_LONGEST_URL]
    shown = f" {url}" if url.startswith(("https://", "http://")) else ""
    return f"`{in_code(citation.name) or '…'}`{shown}"
