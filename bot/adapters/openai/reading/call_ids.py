"""Ids of calls: each call has one of its own, whatever the server sent.

A server may give the same id to several calls of one response, or none. Ours then differ, and tell
what to send back: a doubled id has a number behind it (``call_0~2``), which is left out when it is
sent; in place of a missing one there is the item's id, or the place of the call in its response.
"""

import re
from collections import defaultdict
from collections.abc import Collection

from bot.panel.model import CallId

_MARK = "~"
_NUMBERED = re.compile(rf"(.+){_MARK}\d+", re.DOTALL)


class CallIds:
    """The ids of the calls of one response after the other, as a server remembers them."""

    def __init__(self) -> None:
        self._calls = 0
        self._given: set[CallId] = set()
        self._waiting: defaultdict[str, list[CallId]] = defaultdict(list)

    def of_call(self, sent: str, item: str = "") -> CallId:
        """Return the id of a call that came with *sent* as its id, or without, in an *item*."""
        self._calls += 1
        sent = sent or item or f"panelbot_call_{self._calls}"
        if not any(id_ in self._given for id_ in self._waiting[sent]):
            self._waiting[sent] = []  # what has this id besides is of an earlier response
        id_ = self._free(sent)
        self._given.add(id_)
        self._waiting[sent].append(id_)
        return id_

    def of_output(self, sent: str) -> CallId:
        """Return the id of the call that an output is for: the first that has none yet."""
        self.end_response()
        waiting = self._waiting[sent]
        return waiting.pop(0) if waiting else CallId(sent)

    def end_response(self) -> None:
        """Take note that further calls are another response's."""
        self._calls = 0
        self._given.clear()

    def _free(self, sent: str) -> CallId:
        count = 1
        id_ = f"{sent}{_MARK}1" if _NUMBERED.fullmatch(sent) else sent
        while id_ in self._given:
            count += 1
            id_ = f"{sent}{_MARK}{count}"
        return CallId(id_)


class OwnCallIds(CallIds):
    """Ids for a conversation that we keep ourselves: none twice, and none of those *taken*."""

    def __init__(self, taken: Collection[str]) -> None:
        super().__init__()
        self._taken = {*taken}

    def _free(self, sent: str) -> CallId:
        count, id_ = 1, sent
        while id_ in self._taken:
            count += 1
            id_ = f"{sent}_{count}"
        self._taken.add(id_)
        return CallId(id_)


def as_sent(call: CallId) -> str:
    """Return the id by which the server knows *call*."""
    numbered = _NUMBERED.fullmatch(call)
    return numbered[1] if numbered else call
