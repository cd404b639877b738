"""What people put into a message besides words, as Slack sends it."""

from collections.abc import Sequence

from bot.json_types import Json
from bot.playground.slack.workspace import payloads
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Workspace

Rows = Sequence[Sequence[str]]

_NO_PREVIEW = "[no preview available]"
_LONGEST_PREVIEW = 300  # of a voice clip's transcript


def table_block(rows: Rows, block_id: str) -> Json:
    """Return a table as a block of the message itself; its cells are rich text."""
    cells = [[_rich_cell(cell) for cell in row] for row in rows]
    return {"type": "table", "block_id": block_id, "rows": cells}


def table_attachment(rows: Rows, block_id: str) -> Json:
    """Return a table as an attachment with a block; its cells are raw text."""
    cells = [[{"type": "raw_text", "text": cell} for cell in row] for row in rows]
    block = {"type": "table", "block_id": block_id, "rows": cells}
    return {"fallback": _NO_PREVIEW, "blocks": [block]}


def forward(workspace: Workspace, message: Message) -> Json:
    """Return a forwarded *message* as an attachment, with its blocks and its files."""
    author, channel = payloads.shown_author(workspace, message), workspace.channels[message.channel]
    inside = {"blocks": message.blocks, "attachments": message.attachments}
    attachment = {
        "is_share": True,
        "is_msg_unfurl": True,
        "ts": message.ts,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "channel_team": workspace.team_id,
        "from_url": payloads.permalink(workspace.url, message),
        "text": message.text,
        "fallback": f"[{message.ts}] {author.get('author_name', '')}: {message.text}",
        "mrkdwn_in": ["text"],
        "color": "D0D0D0",
        "footer": "Direct message"
        if channel.kind == "im"
        else f"Slack Conversation in {channel.name}",
        "message_blocks": [
            {
                "team": workspace.team_id,
                "channel": channel.id,
                "ts": message.ts,
                "message": {name: content for name, content in inside.items() if content},
            }
        ],
        "files": [dict(file) for file in message.files] or None,
    }
    return {k: v for k, v in (attachment | author).items() if v is not None}


def voice_clip(file: Json, transcript: str) -> Json:
    """Return *file* as a voice clip that Slack has transcribed."""
    preview = {
        "content": transcript[:_LONGEST_PREVIEW],
        "has_more": len(transcript) > _LONGEST_PREVIEW,
    }
    return file | {
        "mimetype": "audio/mp4",
        "filetype": "m4a",
        "subtype": "slack_audio",
        "media_display_type": "audio",
        "transcription": {"status": "complete", "locale": "en-US", "preview": preview},
    }


def _rich_cell(cell: str) -> Json:
    elements = [{"type": "text", "text": cell}] if cell else []
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "elements": [section]}
