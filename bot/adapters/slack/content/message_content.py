"""What a message says: its author's own words, and what it shows besides.

Both are in Slack's own syntax: mentions are ids, and ``sanitize.from_slack`` makes them readable.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.panel.model import FileId, SharedFile

_LONGEST_FILE_NAME = 200


@dataclass(frozen=True, slots=True)
class MessageContent:
    """A message as it is read everywhere."""

    text: str  # its author's own words: only these command, mention or address anybody
    quoted: str = ""  # Markdown of what it shows besides: forwards, tables, attachments, …
    files: tuple[SharedFile, ...] = ()  # attached to it, and to what it forwards
    author_name: str = ""  # only where the message itself tells it


def read(message: Mapping[str, Any]) -> MessageContent:
    """Return what *message* says."""
    return MessageContent(message.get("text") or "", "", _files(message))


def _files(message: Mapping[str, Any]) -> tuple[SharedFile, ...]:
    """Return the files attached to a message."""
    return tuple(_shared_file(file) for file in message.get("files") or () if file.get("id"))


def _shared_file(file: Mapping[str, Any]) -> SharedFile:
    name = str(file.get("name") or file.get("title") or "file")[:_LONGEST_FILE_NAME]
    mime_type, size = str(file.get("mimetype") or ""), int(file.get("size") or 0)
    return SharedFile(FileId(file["id"]), name, mime_type, size)
