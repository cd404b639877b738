"""The archive for machines."""

import json
from typing import Any

from bot.export.words import time_of
from bot.panel import prompts
from bot.panel.archive import Spoken, Talk, ThreadArchive
from bot.panel.exchange import ModelSaid, StoredItem, ToolAnswered, ToolCalled, ToolUsed, UserSaid
from bot.panel.links import path_to

Json = dict[str, Any]


def data(archive: ThreadArchive) -> str:
    """Return the archive as JSON."""
    thread = archive.thread
    told = {
        "thread": {
            "team": thread.team_id,
            "channel": thread.channel_id,
            "ts": thread.thread_ts,
            "permalink": archive.permalink,
        },
        "messages": [_message(message) for message in archive.messages],
        "conversations": [_conversation(talk) for talk in archive.talks],
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _message(message: Spoken) -> Json:
    return {
        "ts": message.ts,
        "time": time_of(message.ts).isoformat(),
        "speaker": message.speaker,
        "text": message.text,
        "format": "markdown" if message.is_markdown else "plain",
        "expert": message.expert,
        "call_id": message.call_id,
    }


def _conversation(talk: Talk) -> Json:
    path = path_to(talk.expert) if talk.expert else ()
    return {
        "id": talk.id,
        "role": "router" if talk.expert is None else "expert",
        "expert": path[-1] if path else None,
        "consulted_by": list(path[:-1]),  # down from the panel; empty: the router asked it
        "gone": talk.items is None,
        "items": [_item(item) for item in talk.items or ()],
    }


def _item(item: StoredItem) -> Json:
    match item:
        case UserSaid(text):
            return {"type": "message", "role": "user", "text": text}
        case ModelSaid(text, sources=sources):
            cited = [{"title": source.title, "url": source.url} for source in sources]
            return {"type": "message", "role": "assistant", "text": text, "sources": cited}
        case ToolCalled(call_id, tool, arguments):
            told = {"call_id": call_id, "tool": tool, "expert": prompts.expert_of(tool)}
            return {"type": "call", **told, "arguments": dict(arguments)}
        case ToolAnswered(call_id, output):
            return {"type": "output", "call_id": call_id, "output": output}
        case ToolUsed(tool):
            return {"type": "tool_used", "tool": tool}
