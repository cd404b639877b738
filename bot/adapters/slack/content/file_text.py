"""Files of messages: those that experts are given, and those whose words Slack has written down."""

from collections.abc import Iterable
from itertools import islice

from bot.adapters.slack.content.json_access import child, number, string
from bot.adapters.slack.content.rich_text import escaped, quoted
from bot.adapters.slack.content.shortening import CUT
from bot.json_types import Json
from bot.panel.model import FileId, SharedFile

_LONGEST_NAME = 200
_MOST = 50


def shared(files: Iterable[Json]) -> tuple[SharedFile, ...]:
    """Return the files that experts can be given, each once."""
    given = (_shared_file(file) for file in files if string(file, "id") and not _words_in(file))
    by_id = {file.id: file for file in given}
    return tuple(islice(by_id.values(), _MOST))


def _shared_file(file: Json) -> SharedFile:
    name = (string(file, "name") or string(file, "title") or "file")[:_LONGEST_NAME]
    size = max(number(file, "size"), 0)
    return SharedFile(FileId(string(file, "id")), name, string(file, "mimetype"), size)


def markdown(file: Json) -> str:
    """Return what is said in a recording, or written in an e-mail: no expert can open these."""
    words = _words_in(file)
    kind = "e-mail" if _is_email(file) else "transcript of"
    return f"[{kind} {title(file)}]\n{quoted(escaped(words))}" if words else ""


def title(file: Json) -> str:
    """Return what people see of a file, fit for a label."""
    name = string(file, "title") or string(file, "name") or "a file"
    return escaped(" ".join(name.split())[:_LONGEST_NAME]).replace("[", "(").replace("]", ")")


def _words_in(file: Json) -> str:
    if _is_email(file):
        return (string(file, "plain_text") or string(file, "preview_plain_text")).strip()
    preview = child(child(file, "transcription"), "preview")
    words = string(preview, "content").strip()
    return words + CUT if words and preview.get("has_more") is True else words


def _is_email(file: Json) -> bool:
    return string(file, "filetype") == "email"
