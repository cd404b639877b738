"""Answers to commands and buttons, as blocks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import wrap

from bot.adapters.slack.blocks.elements import modal, note, section, shortened
from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json
from bot.language import gettext

LONGEST_TEXT = 3_000  # of a section


@dataclass(frozen=True, slots=True)
class Answer:
    """A message of blocks, and a plain text that says the same."""

    text: str
    blocks: Sequence[Json]


def sentence(markdown: str) -> Answer:
    """Return a sentence, which may quote what people wrote."""
    safe = sanitize.markdown(markdown)
    text = sanitize.one_line(markdown, LONGEST_TEXT)
    return Answer(text, [{"type": "markdown", "text": safe}])


def notice(answer: Answer) -> Json:
    return modal(gettext("Panel of experts"), answer.blocks, close=gettext("Close"))


def listed(lines: Sequence[str], footer: str = "") -> Answer:
    """Return *lines* of mrkdwn, however many they are, and a note below them."""
    sections = [section(text) for text in section_texts(lines)]
    notes = [note(footer)] if footer else []
    return Answer(cut("\n".join([*lines, footer]).strip()), [*sections, *notes])


def cut(text: str) -> str:
    """Return *text* at the length that Slack takes as a message's fallback."""
    return shortened(text, LONGEST_TEXT)


def section_texts(lines: Iterable[str]) -> Iterable[str]:
    """Yield the texts of sections, each with as many of the lines as fit."""
    text = ""
    for line in lines:
        if text and len(text) + 1 + len(line) > LONGEST_TEXT:
            yield text
            text = ""
        text = f"{text}\n{line}" if text else line
    yield text


def parted(text: str) -> Sequence[str]:
    """Return *text* in parts that a section or note can hold, cut between words."""
    return wrap(text, LONGEST_TEXT, break_long_words=False, break_on_hyphens=False)
