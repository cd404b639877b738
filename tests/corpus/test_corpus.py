"""A thousand documents in production limits: nothing is lost, moved, or able to do anything."""

import re
from collections.abc import Sequence

import pytest

from bot.adapters.slack.markdown import sanitize, splitting
from bot.panel.citations import Citation
from bot.panel.model import DocumentId
from bot.panel.texts import footnotes
from tests.corpus.documents import Document, Word, document
from tests.corpus.reading import CORE, Page, read

SHORT, LONG = 150, 1_000
CHUNK = 50  # documents in one test
CITATIONS = [Citation(DocumentId("D1"), "handbook.pdf"), Citation(DocumentId("D2"), "b`c.md")]
CITED = ("handbook.pdf", "b")
TAGS = re.compile(r"</?(?:b|i|br|p|div|span|sub|details|summary|table|tr|td)\b|<!--")
BROADCAST = re.compile(r"@(?:channel|here|everyone)\b")
STRAY_BOLD = re.compile(r"\*\*注意|：\*\*|\*\*「|」\*\*")  # noqa: RUF001 - CJK


def chunks() -> list:
    starts = range(0, LONG, CHUNK)
    return [
        pytest.param(start, id=str(start), marks=[] if start < SHORT else pytest.mark.long)
        for start in starts
    ]


@pytest.mark.parametrize("start", chunks())
def test_every_document_arrives_whole_and_harmless(start: int) -> None:
    failures = [line for seed in range(start, start + CHUNK) for line in problems(document(seed))]
    assert not failures, "\n".join(failures[:40])


def problems(source: Document) -> list[str]:
    """Return what is wrong with the messages that become of a document."""
    text = (
        footnotes.under(source.text, CITATIONS, "Sources") if source.seed % 3 == 0 else source.text
    )
    whole = sanitize.markdown(text)
    messages = splitting.split(whole)
    pages = [read(message) for message in messages]
    found = [
        *_unsafe(whole, messages, pages),
        *_refused_by_slack(messages, pages),
        *_lost_or_moved(source.words, messages, pages),
    ]
    if source.seed % 3 == 0 and not all(cited in pages[-1].plain for cited in ["Sources"]):
        found.append("the footnotes are in code")
    return [f"seed {source.seed} ({', '.join(dict.fromkeys(source.kinds))}): {p}" for p in found]


def _unsafe(whole: str, messages: Sequence[str], pages: Sequence[Page]) -> list[str]:
    found = [f"message {n} has an open fence" for n, page in enumerate(pages) if page.open_fences]
    found += [f"message {n}: {page.active}" for n, page in enumerate(pages) if page.active]
    found += ["an angle bracket is left" for message in messages if "<" in message]
    if messages != [whole] and sanitize.markdown(whole) != whole:
        found.append("a second neutralising changes the whole")
    for n, (message, page) in enumerate(zip(messages, pages, strict=True)):
        if sanitize.markdown(message) != message:
            found.append(f"a second neutralising changes message {n}")
        for pattern in (TAGS, BROADCAST, STRAY_BOLD):
            if match := pattern.search(page.plain):
                found.append(f"message {n} shows {match[0]}")
    return found


def _refused_by_slack(messages: Sequence[str], pages: Sequence[Page]) -> list[str]:
    found = []
    for n, (message, page) in enumerate(zip(messages, pages, strict=True)):
        length = len(message.encode("utf-16-le")) // 2
        counts = {"characters": (length, 12_000), "rows": (page.rows, 100)}
        counts |= {"columns": (page.most_columns, 20), "parts": (page.blocks, 50)}
        counts |= {"cell characters": (page.cell_characters, 10_000)}
        found += [f"message {n} has {c} {k}" for k, (c, most) in counts.items() if c > most]
        if not message.strip():
            found.append(f"message {n} is empty")
    return found


def _lost_or_moved(
    words: Sequence[Word], messages: Sequence[str], pages: Sequence[Page]
) -> list[str]:
    joined = "".join(message.strip() for message in messages)  # a run may be cut in a word
    times: dict[str, int] = {}
    for core in CORE.findall(joined):
        times[core] = times.get(core, 0) + 1
    found = [f"{w.core} is lost ({w.place})" for w in words if w.core not in times]
    found += [
        f"{word.core} is shown {times[word.core]} times"
        for word in words
        if times.get(word.core, 1) > 1 and not word.repeated
    ]
    once = [word.core for word in words if not word.repeated]
    known = set(once)
    order = [core for core in CORE.findall(joined) if core in known]
    if not found and order != once:
        at = next(n for n, (a, b) in enumerate(zip(order, once, strict=False)) if a != b)
        found.append(f"the order changes at {once[at]}")
    places = dict(place for page in pages for place in page.words)
    for word in words:
        seen = places.get(word.core, word.place)
        if seen != word.place and not (word.moved or word.run):
            found.append(f"{word.core} is at {seen} instead of {word.place}")
    return found
