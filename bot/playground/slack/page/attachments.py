"""Attachments ready for the page: forwards, link previews, alerts, pasted tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.json_types import Json
from bot.playground.slack.page.blocks import with_html, with_ids
from bot.playground.slack.page.mrkdwn import Names, decoded, is_safe, mrkdwn_html

_COLOURS = {"good": "good", "warning": "warning", "danger": "danger"}


def shown_attachment(attachment: Mapping[str, Any], names: Names) -> Json:
    """An attachment of a message."""
    blocks, nested = _content(attachment)
    link = str(attachment.get("title_link") or attachment.get("from_url") or "")
    text = str(attachment.get("text") or "")
    return {
        "about": _about(attachment),
        "level": _COLOURS.get(str(attachment.get("color")), "default"),
        "author": decoded(str(attachment.get("author_name") or "")),
        "service": decoded(str(attachment.get("service_name") or "")),
        "pretext": mrkdwn_html(str(attachment.get("pretext") or ""), names),
        "title": decoded(str(attachment.get("title") or "")),
        "link": link if is_safe(link) else None,
        "html": mrkdwn_html(text, names) if text and not blocks else "",
        "fields": [_field(field, names) for field in attachment.get("fields") or ()],
        "blocks": with_html(with_ids(blocks), names),
        "attachments": [shown_attachment(inner, names) for inner in nested],
        "files": [shown_file(shared) for shared in attachment.get("files") or ()],
        "footer": decoded(str(attachment.get("footer") or "")),
    }


def shown_file(file: Mapping[str, Any]) -> Json:
    """A file that was shared; of a voice clip, with its transcript."""
    size = int(file.get("size") or 0)
    readable_size = f"{size} bytes" if size < 1024 else f"{size / 1024:.1f} kB"
    kind = str(file.get("pretty_type") or file.get("filetype") or file.get("mimetype") or "File")
    name = str(file.get("name") or file.get("title") or "file")
    transcript = ((file.get("transcription") or {}).get("preview") or {}).get("content")
    return {
        "id": str(file.get("id")),
        "name": name,
        "details": f"{kind} · {readable_size}",
        "transcript": transcript,
    }


def _content(attachment: Mapping[str, Any]) -> tuple[Sequence[Json], Sequence[Json]]:
    """Return the blocks and the attachments inside: its own, or the quoted message's."""
    messages = [part.get("message") or {} for part in attachment.get("message_blocks") or ()]
    blocks = list(attachment.get("blocks") or ())
    blocks += [block for message in messages for block in message.get("blocks") or ()]
    nested = [inner for message in messages for inner in message.get("attachments") or ()]
    return blocks, nested


def _about(attachment: Mapping[str, Any]) -> str:
    """Say what the attachment is, for those who cannot see its frame."""
    if attachment.get("is_share") or attachment.get("is_msg_unfurl"):
        author = decoded(str(attachment.get("author_name") or "somebody"))
        channel = attachment.get("channel_name")
        return f"Message from {author}" + (f" in #{channel}" if channel else "")
    if attachment.get("from_url"):
        return "Preview of a link"
    return "Attachment"


def _field(field: Mapping[str, Any], names: Names) -> Json:
    return {
        "title": decoded(str(field.get("title") or "")),
        "html": mrkdwn_html(str(field.get("value") or ""), names),
        "short": bool(field.get("short")),
    }
