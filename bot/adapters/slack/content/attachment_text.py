"""Attachments as Markdown: forwarded messages, previews of links, what apps attach, tables.

Each says whose it is; what others say in it stands in a block quote.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from bot.adapters.slack.content import block_text, file_text
from bot.adapters.slack.content.json_access import DEEPEST, child, children, string
from bot.adapters.slack.content.rich_text import quoted
from bot.adapters.slack.content.shortening import shortened
from bot.adapters.slack.content.wording import Wording
from bot.json_types import Json

_PLACEHOLDERS = frozenset({"[no preview available]", "This content can't be displayed."})
_LONGEST_NAME = 300
TABLES = frozenset({"table", "data_table"})


def is_forward(attachment: Json) -> bool:
    """Whether *attachment* is another message of Slack."""
    return bool(
        attachment.get("is_share")
        or attachment.get("is_msg_unfurl")
        or attachment.get("message_blocks")
    )


def markdown(attachment: Json, own: Wording, depth: int = 0) -> str:
    """Return *attachment* as Markdown with a label; empty if it says no more than *own*."""
    if depth > DEEPEST:
        return ""
    body = _body(attachment, own, depth)
    if not body.strip():
        return ""
    if is_forward(attachment):
        return f"[{_forward_label(attachment)}]\n{quoted(body)}"
    if own.says(body):
        return ""
    kinds = {string(block, "type") for block in children(attachment, "blocks")}
    if kinds and kinds <= TABLES:
        return f"[table]\n{body}"
    return f"[{_label(attachment)}]\n{quoted(body)}"


def blank_if_placeholder(text: str) -> str:
    """Return *text* unless it is what Slack writes where there is none."""
    return "" if text.strip() in _PLACEHOLDERS else text


def _forward_label(attachment: Json) -> str:
    kind = "forwarded message" if attachment.get("is_share") else "linked message"
    author_id = string(attachment, "author_id")
    author = string(attachment, "author_name") or string(attachment, "author_subname")
    author = author or (f"<@{author_id}>" if author_id.isalnum() else "somebody")
    channel = _line(string(attachment, "channel_name"))
    place = f" in #{channel}" if channel else ""
    return f"{kind} from {_line(author)}{place}{_when(attachment.get('ts'))}"


def _label(attachment: Json) -> str:
    url = string(attachment, "from_url") or string(attachment, "original_url")
    service = string(attachment, "service_name") or string(child(attachment, "bot_profile"), "name")
    about = f"preview of {url}" if url else "attachment"
    return _line(f"{about}, {service}" if service else about)


def _when(ts: object) -> str:
    try:
        moment = datetime.fromtimestamp(float(str(ts)), UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return f", {moment:%Y-%m-%d %H:%M} UTC"


def _line(text: str) -> str:
    line = " ".join(text.split()).replace("[", "(").replace("]", ")")
    return shortened(line, _LONGEST_NAME)


def _body(attachment: Json, own: Wording, depth: int) -> str:
    """Return what *attachment* says, nothing twice."""
    words = _words(attachment, depth)
    wording = Wording(words)
    before = [part for part in _heading(attachment) if not wording.says(part)]
    after = [part for part in _details(attachment, own, depth) if part and not wording.says(part)]
    body = "\n".join(filter(None, (*before, words, *after)))
    return body or blank_if_placeholder(string(attachment, "fallback"))


def _words(attachment: Json, depth: int) -> str:
    """Return the words that may be there in several forms, in the richest of them."""
    messages = _forwarded(attachment)
    texts = [string(message, "text") for message in messages]
    candidates = (
        "\n\n".join(block_text.all_of(message, depth) for message in messages),
        block_text.all_of(attachment, depth),
        "\n".join(filter(None, texts)),
        blank_if_placeholder(string(attachment, "text")),
    )
    words = ""
    for candidate in filter(str.strip, candidates):
        if Wording(words).says(candidate):
            continue
        words = candidate if Wording(candidate).says(words) else f"{words}\n{candidate}"
    return words


def _heading(attachment: Json) -> Iterator[str]:
    yield string(attachment, "pretext")
    if not is_forward(attachment):
        yield string(attachment, "author_name")
    title, link = string(attachment, "title"), string(attachment, "title_link")
    shows_link = title and link and link != attachment.get("from_url")
    yield f"**{title}** ({link})" if shows_link else f"**{title}**" if title else ""


def _details(attachment: Json, own: Wording, depth: int) -> Iterator[str]:
    for field in children(attachment, "fields"):
        yield ": ".join(filter(None, (string(field, "title"), string(field, "value"))))
    buttons = (string(action, "text") for action in children(attachment, "actions"))
    yield " ".join(f"[{text}]" for text in buttons if text)
    holders = [attachment, *_forwarded(attachment)]
    for file in (file for holder in holders for file in children(holder, "files")):
        yield file_text.markdown(file) or f"[with the file {file_text.title(file)}]"
    if not is_forward(attachment):  # there it only names the channel again
        yield string(attachment, "footer")
    for nested in (nested for holder in holders for nested in children(holder, "attachments")):
        yield markdown(nested, own, depth + 1)


def files_of(attachment: Json, depth: int = 0) -> Iterator[Json]:
    """Yield the files of a forwarded message, and of what it forwards itself."""
    if depth > DEEPEST:
        return
    for holder in (attachment, *_forwarded(attachment)):
        yield from children(holder, "files")
        for nested in children(holder, "attachments"):
            yield from files_of(nested, depth + 1)


def _forwarded(attachment: Json) -> list[Json]:
    return [child(item, "message") for item in children(attachment, "message_blocks")]
