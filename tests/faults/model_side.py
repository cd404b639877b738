"""What the model's side holds: the conversations of each Slack thread, by their own labels."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from bot.adapters.openai.labels import unpack
from bot.json_types import Json
from bot.panel.language_model.exchange import (
    ModelSaid,
    StoredItem,
    ToolAnswered,
    ToolCalled,
    UserSaid,
)
from bot.panel.model import CallId
from bot.playground.openai.conversations.store import Conversation as Stored
from bot.playground.openai.items.items import text_of
from bot.playground.openai.stand_in.brain import is_model, is_user
from tests.reckoning.records import OfThread, conversation

ThreadName = tuple[str, str]  # channel, thread_ts


class Conversations:
    """All conversations; one that was opened and never used does no harm."""

    def __init__(self, stored: Iterable[Stored]) -> None:
        self._threads: defaultdict[ThreadName, OfThread] = defaultdict(OfThread)
        self._foreign: list[str] = []
        for one in stored:
            if one.items:
                self._file(one)

    def of_thread(self, channel: str, thread_ts: str) -> OfThread:
        """Return what belongs to a thread."""
        return self._threads[channel, thread_ts]

    def complaints(self) -> Iterator[str]:
        """Yield which conversations belong nowhere."""
        yield from (f"{one} says not whose it is" for one in self._foreign)

    def _file(self, stored: Stored) -> None:
        labels = unpack(stored.metadata)
        if labels is None:
            self._foreign.append(stored.id)
            return
        items = [known for item in stored.items if (known := _item(item))]
        found = conversation(stored.id, labels, items, is_locked=bool(stored.locked_by))
        self._threads[labels.thread.channel_id, labels.thread.thread_ts].add(found)


def _item(item: Json) -> StoredItem | None:
    if is_user(item):
        return UserSaid(text_of(item))
    if is_model(item):
        return ModelSaid(text_of(item))
    match item["type"]:
        case "function_call":
            return ToolCalled(CallId(item["call_id"]), item["name"], {})
        case "function_call_output":
            return ToolAnswered(CallId(item["call_id"]), item["output"])
        case _:
            return None
