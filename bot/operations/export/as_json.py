"""The archive for machines."""

import json
from collections.abc import Mapping

from bot.json_types import Json
from bot.operations.export.made_files import encoded
from bot.operations.export.names import Names, time_of
from bot.panel.language_model import prompts
from bot.panel.language_model.conversations.thread_archive import Spoken, Talk, ThreadArchive
from bot.panel.language_model.exchange import (
    ApprovalGiven,
    ModelSaid,
    StoredItem,
    ToolAnswered,
    ToolCalled,
    ToolUsed,
    UserSaid,
)
from bot.panel.links import experts_on
from bot.panel.made_files import MadeFile
from bot.panel.tools import ApprovalWanted


def data(archive: ThreadArchive) -> str:
    """Return the archive as JSON."""
    thread, names = archive.thread, Names(archive)
    told = {
        "thread": {
            "team": thread.team_id,
            "channel": thread.channel_id,
            "ts": thread.thread_ts,
            "permalink": archive.permalink,
        },
        "messages": [_message(message) for message in archive.messages],
        "conversations": [_conversation(talk, names) for talk in archive.talks],
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
        "call_id": message.call_id,  # the call's "consultation"
    }


def _conversation(talk: Talk, names: Names) -> Json:
    path = experts_on(talk.expert) if talk.expert else ()
    return {
        "id": talk.id,
        "role": "router" if talk.expert is None else "expert",
        "expert": path[-1] if path else None,
        "consulted_by": list(path[:-1]),  # down from the panel; empty: the router asked it
        "gone": talk.items is None,
        "items": [_item(item, talk.contents, names) for item in talk.items or ()],
    }


def _file(file: MadeFile, content: bytes | None) -> Json:
    told = {"name": file.name, "about": file.about}
    return told if content is None else told | {"base64": encoded(content)}


def _item(item: StoredItem, contents: Mapping[str, bytes], names: Names) -> Json:
    match item:
        case UserSaid(text):
            return {"type": "message", "role": "user", "text": text}
        case ModelSaid(text, sources=sources, files=files, cut=cut):
            cited = [{"title": source.title, "url": source.url} for source in sources]
            made = [_file(file, contents.get(file.id)) for file in files]
            said = {"text": text, "sources": cited, "files": made, "cut": cut}
            return {"type": "message", "role": "assistant", **said}
        case ToolCalled(call_id, tool, arguments):
            told = {"call_id": call_id, "tool": tool, "expert": prompts.expert_of(tool)}
            asked = {"consultation": names.consultation(item), "arguments": dict(arguments)}
            return {"type": "call", **told, **asked}
        case ToolAnswered(call_id, output):
            return {"type": "output", "call_id": call_id, "output": output}
        case ApprovalWanted(request, server, tool, arguments):
            asked = {"request": request, "server": server, "tool": tool, "arguments": arguments}
            return {"type": "approval_wanted", **asked}
        case ApprovalGiven(request, approved, reason):
            given = {"request": request, "approved": approved, "reason": reason}
            return {"type": "approval_given", **given}
        case ToolUsed(tool):
            return {"type": "tool_used", "tool": tool}
