"""The footnotes of a reply: marks in its text, and a numbered list under it.

Places are the model server's, and may be anything: no mark breaks what it gets into, and nothing
but a link that a footnote makes redundant is taken out of the text.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.panel.citations import Citation
from bot.panel.model import DocumentId
from bot.panel.names import in_code
from bot.panel.texts.code import ranges, with_note

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
# What a model writes for a citation, if its server did not convert it.
LEFTOVERS = "\ue200[^\ue200\ue201]*\ue201|【[^【】]{1,80}†[^【】]{0,200}】"
_LEFTOVERS = re.compile(LEFTOVERS)

# A link to a file that only the model's side can open.
_SANDBOX = re.compile(r"!?\[([^\]\n]{0,200})\]\(sandbox:[^)\s]{0,500}\)")
_LINK = re.compile(r"\(?\[[^\]\n]{0,200}\]\([^)\s]{0,2000}\)\)?")
# What a mark in the middle would break: links, addresses, entities, emoji.
_WHOLE = re.compile(
    rf"{_LINK.pattern}|https?://[^\s<>()\[\]]{{1,2000}}|&#?\w{{1,32}};|:[\w+-]{{1,100}}:"
)
_VARIANTS = re.compile(r"[?&]utm_[^&#]*|#.*", re.DOTALL)  # of the address of one page
_LONGEST_URL = 500
_LONGEST_WORD = 100
_MOST = 100  # footnotes
_NAMELESS = "…"
_JOINER = "\u200d"


def under(text: str, citations: Sequence[Citation], heading: str) -> str:
    """Return *text* with footnotes for *citations*, one for each document."""
    numbers = {id_: number for id_, number in numbered(citations).items() if number <= _MOST}
    marked = _LEFTOVERS.sub("", _marked(text, citations, numbers))
    if "](sandbox:" in marked:
        marked = _SANDBOX.sub(r"\1", marked)
    if not numbers:
        return marked
    named = sorted(citations, key=lambda citation: citation.name == _NAMELESS)
    cited = {numbers.get(citation.document): citation for citation in reversed(named)}
    notes = "\n".join(f"{n}. {_note(cited[n])}" for n in sorted({*numbers.values()}))
    return with_note(marked.rstrip(), f"**{heading}**\n\n{notes}")


def within(citations: Iterable[Citation], length: int) -> tuple[Citation, ...]:
    """Return *citations*, those after *length* characters of the text without a place."""
    return tuple(
        citation if citation.at is None or citation.at <= length else replace(citation, at=None)
        for citation in citations
    )


def numbered(citations: Iterable[Citation]) -> Mapping[DocumentId, int]:
    """Return the footnote number of each document or page: one for those that look the same."""
    citations = [*citations]
    names = {c.document: c.name for c in reversed(citations) if c.name != _NAMELESS}
    numbers: dict[str, int] = {}
    return {
        c.document: numbers.setdefault(
            _VARIANTS.sub("", c.url) or names.get(c.document, c.document), len(numbers) + 1
        )
        for c in citations
    }


def _marked(text: str, citations: Sequence[Citation], numbers: Mapping[DocumentId, int]) -> str:
    places: defaultdict[int, set[int]] = defaultdict(set)
    begins: dict[int, int] = {}  # where a mark replaces a link that the model wrote
    code = _code(text) if citations else []
    wholes = [match.span() for match in _WHOLE.finditer(text)] if citations else []
    for citation in citations:
        place = _place(text, citation.at, code, wholes)
        if place is not None and citation.document in numbers:
            places[place].add(numbers[citation.document])
            begins[place] = min(begins.get(place, place), _since(text, citation, place))
    pieces, last = list[str](), 0
    for place in sorted(places):
        begin = begins[place] if begins[place] >= last else place
        marks = "\u202f".join(str(n).translate(_SUPERSCRIPTS) for n in sorted(places[place]))
        pieces += [text[last:begin], marks]
        last = place
    return "".join([*pieces, text[last:]])


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
    if since is None or since < 0 or citation.at != place:
        return place
    link = text[since:place]
    if not _LINK.fullmatch(link) or citation.url.partition("?")[0] not in link:
        return place
    return len(text[:since].rstrip(" "))


def _place(
    text: str, at: int | None, code: Sequence[tuple[int, int]], wholes: Sequence[tuple[int, int]]
) -> int | None:
    """Return where the mark goes: after the word or link at *at*, but never in *code*."""
    if at is None or not 0 <= at <= len(text):
        return None
    if whole := _around(at, wholes):
        at = whole[1]
    end = min(at + _LONGEST_WORD, len(text))
    while at < end and _continues(text, at):
        at += 1
    return None if _around(at, code) else at


def _around(at: int, spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Return the one of *spans*, which are in order, that *at* is in the middle of."""
    before = bisect_left(spans, (at, at)) - 1
    return spans[before] if before >= 0 and spans[before][0] < at < spans[before][1] else None


def _continues(text: str, at: int) -> bool:
    if text[at].isalnum() or text[at] == _JOINER or text[at - 1 : at] == _JOINER:
        return True
    return unicodedata.category(text[at]) in ("Mn", "Mc", "Me", "Sk") and text[at] not in "`^"


def _note(citation: Citation) -> str:
    url = "".join(citation.url.split())[:_LONGEST_URL]
    shown = f" {url}" if url.startswith(("https://", "http://")) else ""
    return f"`{in_code(citation.name) or _NAMELESS}`{shown}"
