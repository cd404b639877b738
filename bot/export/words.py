"""What the formats have in common: names, times, and which item belongs to which call."""

import re
from datetime import UTC, datetime

from bot.panel import prompts
from bot.panel.archive import Talk, ThreadArchive
from bot.panel.exchange import StoredItem, ToolCalled, UserSaid
from bot.panel.model import CallId, MessageTs

_REF = re.compile(r'<message ref="(call_[^"]{1,100})"')
_LONGEST_TITLE = 80


def time_of(ts: MessageTs) -> datetime:
    """Return when a message was posted."""
    return datetime.fromtimestamp(int(ts.partition(".")[0]), UTC)


def title_of(archive: ThreadArchive) -> str:
    """Return what the thread is about: how it began."""
    first = " ".join(archive.messages[0].text.split()) if archive.messages else "Thread"
    return first if len(first) <= _LONGEST_TITLE else f"{first[: _LONGEST_TITLE - 1].rstrip()}…"


def name_of(talk: Talk) -> str:
    """Return whose conversation it is."""
    return talk.expert or "Router"


def called_of(call: ToolCalled) -> str:
    """Return whom the router called."""
    return prompts.expert_of(call.tool) or call.tool


def asked_by(item: StoredItem) -> CallId | None:
    """Return the call that brought a question to an expert."""
    found = _REF.search(item.text) if isinstance(item, UserSaid) else None
    return CallId(found[1]) if found else None
