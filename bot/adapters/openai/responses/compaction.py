"""Keeping a conversation within what the model can read: what to sum up, and what to leave out."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.panel.language_model.conversations.conversation_store import Remembered
from bot.panel.language_model.exchange import (
    ModelSaid,
    StoredItem,
    ToolAnswered,
    UserSaid,
    in_words,
)

_FRAME = 8  # tokens around each item
_BYTES = 4  # of text that make about one token, in most languages
_LEAST_WINDOW = 1_500  # tokens: what is told to be less is something else
_TOLD = re.compile(
    r"(?:maximum context length is|context (?:length|size|window) (?:of(?: only)?|is|\()"
    r"|available context size \(|maximum model length of|n_ctx\W+)\D{0,3}(\d[\d,]{2,})",
    re.IGNORECASE,
)


def tokens_in(text: str) -> int:
    """Return about how many tokens *text* is."""
    return len(text.encode(errors="replace")) // _BYTES


def tokens_of(items: Iterable[StoredItem]) -> int:
    """Return about how many tokens *items* are."""
    return sum(tokens_in(in_words(item)) + _FRAME for item in items)


@dataclass(frozen=True, slots=True)
class Compaction:
    """Summarizes what exceeds about *tokens* tokens, and leaves about half of them as they are."""

    tokens: int = 16_000

    def cut(self, known: Remembered) -> int:
        """Return how many of the items to summarize: none, or all up to a user's message."""
        if tokens_of(known.items) + tokens_in(known.summary) <= self.tokens:
            return 0
        return _cut(known, self.tokens // 2)

    def portion(self, known: Remembered, cut: int) -> tuple[int, Sequence[str]]:
        """Return how many of the first *cut* items to summarize at once, and their text.

        That is one text, or several to be summarized one after the other if the first item alone
        is too long for one request.
        """
        room = max(self.tokens - tokens_in(known.summary), self.tokens // 2)
        count = 1
        while count < cut and tokens_of(known.items[: count + 1]) <= room:
            count += 1
        if count == 1:
            return 1, [*map(in_words, _pieces(known.items[0], room * _BYTES))]
        return count, ["\n\n".join(map(in_words, known.items[:count]))]

    def fitting(self, known: Remembered, most: int) -> Remembered:
        """Return *known* without its oldest items, if it is more than *most* tokens."""
        if tokens_of(known.items) + tokens_in(known.summary) <= most:
            return known
        cut = _cut(known, max(most - tokens_in(known.summary), 0))
        return replace(known, items=known.items[cut:], summed_up=known.summed_up + cut)


def _cut(known: Remembered, most: int) -> int:
    """Return the first user's message that begins at most *most* tokens, or else the last one."""
    kept, place = 0, 0
    for number in range(len(known.items) - 1, 0, -1):
        kept += tokens_of(known.items[number : number + 1])
        if place and kept > most:
            break
        if isinstance(known.items[number], UserSaid):
            place = number
    return place


def _pieces(item: StoredItem, most: int) -> Iterator[StoredItem]:
    """Yield *item* in pieces, if its text has more than *most* bytes."""
    match item:
        case UserSaid(text) | ModelSaid(text):
            yield from (replace(item, text=piece) for piece in _cut_text(text, most))
        case ToolAnswered(_, output):
            yield from (replace(item, output=piece) for piece in _cut_text(output, most))
        case _:
            yield item


def _cut_text(text: str, most: int) -> Iterator[str]:
    data = text.encode(errors="replace") or b" "
    for start in range(0, len(data), most):
        yield data[start : start + most].decode(errors="ignore")


class Windows:
    """How many tokens each model can read, as far as its server has told."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def of(self, model: str) -> int | None:
        return self._known.get(model)

    def learn_refused(self, model: str, says: str, sent: int) -> None:
        """Learn from a refusal of about *sent* tokens as too many, in which a server *says* why."""
        told = [int(number.replace(",", "")) for number in _TOLD.findall(says)]
        plausible = [window for window in told if window < sent] or [sent * 3 // 4]
        self._known[model] = min([*plausible, *filter(None, [self.of(model)])])

    def forget(self, model: str) -> None:
        self._known.pop(model, None)

    def learn_read(self, model: str, read: int, sent: int) -> None:
        """Learn from how many *sent* tokens a server has *read*: it leaves out whole messages."""
        if _LEAST_WINDOW <= read < sent * 0.6:
            window = 1 << (read - 1).bit_length()
            self._known[model] = min(window, self._known.get(model, window))
