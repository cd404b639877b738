"""What the formats have in common: names, times, and which item belongs to which call."""

import re
import textwrap
from datetime import UTC, datetime

from bot.panel.language_model import prompts
from bot.panel.language_model.exchange import StoredItem, ToolAnswered, ToolCalled, UserSaid
from bot.panel.language_model.thread_archive import Talk, ThreadArchive
from bot.panel.links import experts_on
from bot.panel.model import CallId, ExpertName, MessageTs

_REF = re.compile(r'<message ref="(call_[^"]{1,100})"')
_LONGEST_TITLE = 80


def time_of(ts: MessageTs) -> datetime:
    """Return when a message was posted."""
    return datetime.fromtimestamp(int(ts.partition(".")[0]), UTC)


def title_of(archive: ThreadArchive) -> str:
    """Return what the thread is about: how it began."""
    first = archive.messages[0].text if archive.messages else "A thread"
    title = textwrap.shorten(first, _LONGEST_TITLE, placeholder=" …")
    return title if title != "…" else f"{first[:_LONGEST_TITLE]}…"  # one endless word


class Names:
    """What experts are called in the thread, and what became of the router's calls."""

    def __init__(self, archive: ThreadArchive) -> None:
        self._speakers = {one.expert: one.speaker for one in archive.messages if one.expert}
        items = [item for talk in archive.talks for item in talk.items or ()]
        self._called = {
            one.call_id: self.called(one) for one in items if isinstance(one, ToolCalled)
        }
        self.asked = {call for item in items if (call := asked_by(item))}

    def owner(self, talk: Talk) -> str:
        """Return whose conversation it is."""
        if talk.expert is None:
            return "Router"
        *askers, expert = (self._expert(name) for name in experts_on(talk.expert))
        return f"{expert} (asked by {', asked by '.join(askers[::-1])})" if askers else expert

    def called(self, call: ToolCalled) -> str:
        """Return whom the router called."""
        expert = prompts.expert_of(call.tool)
        return self._expert(expert) if expert else call.tool

    def answered(self, answer: ToolAnswered) -> str:
        """Return whose answer it is."""
        return self._called.get(answer.call_id, answer.call_id)

    def _expert(self, expert: ExpertName) -> str:
        return self._speakers.get(expert, expert)


def asked_by(item: StoredItem) -> CallId | None:
    """Return the call that brought a question to an expert."""
    found = _REF.search(item.text) if isinstance(item, UserSaid) else None
    return CallId(found[1]) if found else None
