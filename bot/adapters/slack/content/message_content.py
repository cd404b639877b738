"""What a message says: its author's own words, and what it shows besides.

Both are in Slack's own syntax: mentions are ids, and ``sanitize.from_slack`` makes them readable.

1. Only a message's own words command, mention or address anybody.
2. Nothing that is not said elsewhere is left out, and nothing is said twice.
3. Whatever a payload holds, reading it takes linear time, and what is shown is bounded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from bot.adapters.slack.content import attachment_text, block_text, file_text
from bot.adapters.slack.content.json_access import child, children, string
from bot.adapters.slack.content.shortening import shortened
from bot.adapters.slack.content.wording import Wording
from bot.json_types import Json
from bot.panel.model import SharedFile

LONGEST_PART = 12_000  # characters of one block or attachment
LONGEST_TOGETHER = 24_000
_LONGEST_TEXT = 40_000  # Slack takes no more
_LONGEST_NAME = 200
_PRESSED = frozenset({"actions", "context_actions"})


@dataclass(frozen=True, slots=True)
class MessageContent:
    """A message as it is read everywhere."""

    text: str  # its author's own words
    quoted: str = ""  # Markdown of what it shows besides: forwards, tables, attachments, …
    files: tuple[SharedFile, ...] = ()  # attached to it, and to what it forwards
    author_name: str = ""  # only where the message itself tells it
    repeats: bool = False  # what it shows says all of the text, too
    has_own: bool = True  # words or files of its author's own: it is more than a forward

    @property
    def words(self) -> str:
        """The text, unless it is repeated in what the message shows."""
        return "" if self.repeats else self.text


def read(message: Mapping[str, Any]) -> MessageContent:
    """Return what *message* says."""
    payload = dict(message)
    text, blocks = _own_words(payload)
    shown = _shown(payload, text, blocks)
    own_files = list(children(payload, "files"))
    forwarded = [
        file
        for attachment in children(payload, "attachments")
        for file in attachment_text.files_of(attachment)
    ]
    is_by_an_app = bool(payload.get("bot_id")) or payload.get("subtype") == "bot_message"
    return MessageContent(
        text,
        shown,
        file_text.shared([*own_files, *forwarded]),
        _author_name(payload),
        repeats=bool(shown and is_by_an_app and Wording(shown).says(text)),
        has_own=bool(text.strip() or own_files),
    )


def without_buttons(message: Mapping[str, Any]) -> str:
    """Return the blocks of a message of ours as Markdown, without what can be pressed in it."""
    blocks = children(dict(message), "blocks")
    spoken = [block for block in blocks if string(block, "type") not in _PRESSED]
    return block_text.all_of({"blocks": spoken})


def _own_words(message: Json) -> tuple[str, list[Json]]:
    found = message.get("text")
    text = attachment_text.blank_if_placeholder(found if isinstance(found, str) else "")
    blocks = list(children(message, "blocks"))
    if text.strip():
        return text, blocks
    written = list(takewhile(lambda block: block.get("type") == "rich_text", blocks))
    return block_text.all_of({"blocks": written}), blocks[len(written) :]


def _shown(message: Json, text: str, blocks: list[Json]) -> str:
    parts: list[str] = []
    room = LONGEST_TOGETHER
    for part in _parts(message, Wording(text[:_LONGEST_TEXT]), blocks):
        if part:
            parts.append(shortened(part, min(room, LONGEST_PART)))
            room -= len(parts[-1]) + 2
        if room <= 0:
            break
    return "\n\n".join(parts)


def _parts(message: Json, own: Wording, blocks: list[Json]) -> Iterator[str]:
    for block in blocks:
        shown = block_text.markdown(block)
        if string(block, "type") != "divider" and not own.says(shown):
            label = "[table]\n" if string(block, "type") in attachment_text.TABLES else ""
            yield label + shown
    for file in children(message, "files"):
        yield file_text.markdown(file)
    for attachment in children(message, "attachments"):
        yield attachment_text.markdown(attachment, own)


def _author_name(message: Json) -> str:
    """Return the name in a message: Slack gives it for people of other workspaces, and for apps."""
    profile = child(message, "user_profile")
    names = [string(profile, key) for key in ("display_name", "real_name", "name")]
    names += [string(message, "username"), string(child(message, "bot_profile"), "name")]
    return " ".join(next(filter(str.strip, names), "").split())[:_LONGEST_NAME]
