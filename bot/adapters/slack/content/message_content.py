"""What a message says: its author's own words, and what it shows besides.

Both are in Slack's own syntax: mentions are ids, and ``sanitize.from_slack`` makes them readable.

1. Only a message's own words command, mention or address anybody.
2. Nothing that is not said elsewhere is left out, and nothing is said twice.
3. Whatever a payload holds, reading it takes linear time, and what is shown is bounded.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Any

from bot.adapters.slack.content import attachment_text, block_text
from bot.adapters.slack.content.json_access import child, children, number, string
from bot.adapters.slack.content.rich_text import escaped, quoted
from bot.adapters.slack.content.shortening import CUT, shortened
from bot.adapters.slack.content.wording import Wording
from bot.json_types import Json
from bot.panel.model import FileId, SharedFile

LONGEST_PART = 12_000  # characters: what one attachment, or all blocks, may take
LONGEST_TOGETHER = 24_000
_LONGEST_TEXT = 40_000  # Slack takes no more
_LONGEST_NAME = 200
_MOST_FILES = 50
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
    return MessageContent(
        text,
        shown,
        _shared([*own_files, *forwarded]),
        _author_name(payload),
        repeats=bool(shown and _is_by_an_app(payload) and Wording(shown).says(text)),
        has_own=bool(text.strip() or own_files),
    )


def without_buttons(message: Mapping[str, Any]) -> str:
    """Return the blocks of a message of ours as Markdown, without what can be pressed in it."""
    blocks = children(dict(message), "blocks")
    spoken = [block for block in blocks if string(block, "type") not in _PRESSED]
    return block_text.all_of({"blocks": spoken})


def _own_words(message: Json) -> tuple[str, list[Json]]:
    """Return the author's words, and the blocks that hold something else."""
    found = message.get("text")
    text = attachment_text.blank_if_placeholder(found if isinstance(found, str) else "")
    blocks = list(children(message, "blocks"))
    if text.strip():
        return text, blocks
    written = list(takewhile(lambda block: block.get("type") == "rich_text", blocks))
    return block_text.all_of({"blocks": written}), blocks[len(written) :]


def _shown(message: Json, text: str, blocks: list[Json]) -> str:
    """Return what *message* shows besides *text*, within limits."""
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
        yield transcript(file)
    for attachment in children(message, "attachments"):
        yield attachment_text.markdown(attachment, own)


def transcript(file: Json) -> str:
    """Return what is said in a recording, or written in an e-mail: no expert can open these."""
    kind, words = _words_in(file)
    if not words:
        return ""
    name = string(file, "title") or string(file, "name") or "a recording"
    label = escaped(" ".join(name.split())[:_LONGEST_NAME]).replace("[", "(").replace("]", ")")
    return f"[{kind} {label}]\n{quoted(escaped(words))}"


def _words_in(file: Json) -> tuple[str, str]:
    transcription = child(file, "transcription")
    preview = child(transcription, "preview")
    if words := string(preview, "content").strip():
        return "transcript of", words + (CUT if preview.get("has_more") is True else "")
    if string(file, "filetype") == "email":
        words = string(file, "plain_text") or string(file, "preview_plain_text")
        return "e-mail", words.strip()
    return "", ""


def _shared(files: Iterable[Json]) -> tuple[SharedFile, ...]:
    """Return the files that experts can be given, each once."""
    shared = (_shared_file(file) for file in files if string(file, "id") and not _words_in(file)[1])
    by_id = {file.id: file for file in shared}
    return tuple(islice(by_id.values(), _MOST_FILES))


def _shared_file(file: Json) -> SharedFile:
    name = (string(file, "name") or string(file, "title") or "file")[:_LONGEST_NAME]
    size = number(file, "size")
    return SharedFile(FileId(string(file, "id")), name, string(file, "mimetype"), max(size, 0))


def _author_name(message: Json) -> str:
    """Return the name in a message: Slack gives it for people of other workspaces, and for apps."""
    profile = child(message, "user_profile")
    names = [string(profile, key) for key in ("display_name", "real_name", "name")]
    names += [string(message, "username"), string(child(message, "bot_profile"), "name")]
    return " ".join(next(filter(str.strip, names), "").split())[:_LONGEST_NAME]


def _is_by_an_app(message: Json) -> bool:
    return bool(message.get("bot_id")) or message.get("subtype") == "bot_message"
