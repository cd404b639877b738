"""Answers to commands and buttons, as blocks."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.adapters.slack.blocks.elements import modal
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
    """Return a modal that only shows *answer*."""
    return modal(gettext("Panel of experts"), answer.blocks, close=gettext("Close"))
