"""Rich text with what models wrote: nothing in it pings, and every link shows its URL."""

from collections.abc import Sequence

from bot.adapters.slack.blocks.elements import shortened
from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json

LONGEST_NAME = 150
_LONGEST_QUOTE = 1_500


def block(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def title(text: str) -> Json:
    return {"type": "rich_text_section", "elements": [bold(text)]}


def quote(words: str) -> Json:
    return {"type": "rich_text_quote", "elements": [text(words, _LONGEST_QUOTE)]}


def bullets(lines: Sequence[Sequence[Json]]) -> Json:
    sections = [{"type": "rich_text_section", "elements": list(line)} for line in lines]
    return {"type": "rich_text_list", "style": "bullet", "elements": sections}


def bold(words: str) -> Json:
    return {**text(words, LONGEST_NAME), "style": {"bold": True}}


def text(words: str, limit: int) -> Json:
    """Return at most *limit* characters of *words*."""
    return {"type": "text", "text": shortened(sanitize.visible(words), limit) or "…"}
