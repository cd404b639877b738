"""Which documents a reply relies on: marks in its text, and a numbered list under it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from bot.panel.model import Citation, DocumentId

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
# What a model writes for itself, where its server has not made a citation of it.
_LEFTOVERS = re.compile("\ue200[^\ue200\ue201]*\ue201|【[^【】]{1,80}†[^【】]{0,200}】")


def under(text: str, citations: Sequence[Citation], heading: str) -> str:
    """Return *text* with footnotes for *citations*; each document is told once."""
    names = {citation.document: citation.name for citation in citations}
    numbers = numbered(citations)
    marked = _LEFTOVERS.sub("", _marked(text, citations, numbers))
    if not names:
        return marked
    notes = "\n".join(f"{numbers[one]}. `{_literal(name)}`" for one, name in names.items())
    return f"{marked.rstrip()}\n\n**{heading}**\n\n{notes}"


def numbered(citations: Iterable[Citation]) -> Mapping[DocumentId, int]:
    """Return the number of each document's footnote."""
    documents = dict.fromkeys(citation.document for citation in citations)
    return {document: number for number, document in enumerate(documents, 1)}


def _marked(text: str, citations: Sequence[Citation], numbers: Mapping[DocumentId, int]) -> str:
    places: defaultdict[int, set[int]] = defaultdict(set)
    for citation in citations:
        if (place := _place(text, citation.at)) is not None:
            places[place].add(numbers[citation.document])
    for place in sorted(places, reverse=True):
        marks = "\u202f".join(str(n).translate(_SUPERSCRIPTS) for n in sorted(places[place]))
        text = text[:place] + marks + text[place:]
    return text


def _place(text: str, at: int | None) -> int | None:
    """Return where the mark goes: behind the word at *at*, but never into code."""
    if at is None or at > len(text):
        return None
    while at < len(text) and text[at].isalnum():
        at += 1
    before = text[:at]
    line = before.rpartition("\n")[2]
    return None if before.count("```") % 2 or line.count("`") % 2 else at


def _literal(name: str) -> str:
    """Return *name* as it may stand in a code span, where nothing is live."""
    return " ".join(name.replace("`", "'").split())[:100] or "…"
