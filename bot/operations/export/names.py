"""What the formats have in common: names, times, and which item belongs to which call."""

import re
import textwrap
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from bot.panel.language_model import prompts
from bot.panel.language_model.conversations import pairing
from bot.panel.language_model.conversations.thread_archive import Talk, ThreadArchive
from bot.panel.language_model.exchange import StoredItem, ToolAnswered, ToolCalled, UserSaid
from bot.panel.links import experts_on
from bot.panel.model import CallId, ExpertName, MessageTs, ThreadRef, TurnId

_REF = re.compile(r'<message ref="(call_[^"]{1,100})"')
_TS = re.compile(r'<message ref="(\d+\.\d+)"')
_LONGEST_TITLE = 80
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff"
    + "".join(chr((plane << 16) + 0xFFFE) + chr((plane << 16) + 0xFFFF) for plane in range(1, 17))
    + "]"
)


def time_of(ts: MessageTs) -> datetime:
    """Return when a message was posted."""
    return datetime.fromtimestamp(int(ts.partition(".")[0]), UTC)


def printable(text: str) -> str:
    """Return *text* without characters that no page may have, and no terminal should get."""
    return _UNPRINTABLE.sub("", text)


def title_of(archive: ThreadArchive) -> str:
    """Return what the thread is about: how it began."""
    first = archive.messages[0].text if archive.messages else "A thread"
    title = textwrap.shorten(first, _LONGEST_TITLE, placeholder=" …")
    return title if title != "…" else f"{first[:_LONGEST_TITLE]}…"  # one endless word


class Names:
    """What experts are called in the thread, and what became of the router's calls."""

    def __init__(self, archive: ThreadArchive) -> None:
        self._speakers = {one.expert: one.speaker for one in archive.messages if one.expert}
        # By call: the question that brought it first; a question may come again.
        self._first_asked: dict[CallId, int] = {}
        for talk in archive.talks:
            for item in talk.items or ():
                if call := asked_by(item):
                    self._first_asked.setdefault(call, id(item))
        # By id() of the items: a server may use the id of a call again.
        self._callees: dict[int, str] = {}
        self._consultations: dict[int, CallId] = {}
        self._turns: dict[CallId, TurnId] = {}
        for talk in archive.talks:  # whoever calls comes before those who are called
            self._read(archive.thread, talk.items or ())

    @property
    def asked(self) -> Collection[CallId]:
        """The calls that brought a question to an expert."""
        return self._first_asked.keys()

    def is_first_question(self, item: StoredItem, call: CallId) -> bool:
        """Whether *item* is where *call* brought its question first."""
        return self._first_asked.get(call) == id(item)

    def owner(self, talk: Talk) -> str:
        if talk.expert is None:
            return "Router"
        *askers, expert = (self._expert(name) for name in experts_on(talk.expert))
        return f"{expert} (asked by {', asked by '.join(askers[::-1])})" if askers else expert

    def called(self, call: ToolCalled) -> str:
        expert = prompts.expert_of(call.tool)
        return self._expert(expert) if expert else call.tool

    def answered(self, answer: ToolAnswered) -> str:
        return self._callees.get(id(answer), answer.call_id)

    def consultation(self, call: ToolCalled) -> CallId:
        """Return the call's id in questions to experts and in the thread's messages."""
        return self._consultations[id(call)]

    def _read(self, thread: ThreadRef, items: Sequence[StoredItem]) -> None:
        turn, by = TurnId(""), None
        for item in items:
            if isinstance(item, ToolCalled):
                own = prompts.own_id(turn, item.call_id, by)
                is_ours = item.call_id in self.asked  # people called, or an older version did
                self._consultations[id(item)] = item.call_id if is_ours else own
                self._turns[own] = turn
            elif by := asked_by(item):
                turn = self._turns.get(by, TurnId(""))
            elif isinstance(item, UserSaid) and (asked := _TS.search(item.text)):
                turn = thread.turn(asked[1])
        for call, answer in pairing.answers(items).items():
            if isinstance(called := items[call], ToolCalled):
                self._callees[id(items[answer])] = self.called(called)

    def _expert(self, expert: ExpertName) -> str:
        return self._speakers.get(expert, expert)


def asked_by(item: StoredItem) -> CallId | None:
    """Return the call that brought a question to an expert."""
    found = _REF.search(item.text) if isinstance(item, UserSaid) else None
    return CallId(found[1]) if found else None
