"""What a conversation holds twice because a request was repeated that had arrived after all.

Where the answer to a request is lost, the conversation is looked at before the request is made
again. But the server may still be writing then, and be done right before that arrives.
"""

from collections.abc import Collection, Sequence, Set

from bot.panel.language_model.conversations import pairing
from bot.panel.language_model.conversations.pairing import Answering, Asking, key_of
from bot.panel.language_model.exchange import StoredItem, UserSaid

Items = Sequence[StoredItem | None]


def repeated(items: Items, ref: str) -> Collection[int]:
    """Return the places of what is too many among *items*, oldest first, since the question *ref*.

    Of the question or of outputs that were sent again, the newest stay, with the response to them.
    Outputs other than the first of a call go alone, and those of calls that go.
    """
    gone = set[int]()
    while True:
        left = [None if n in gone else item for n, item in enumerate(items)]
        lost = {key_of(item) for n in gone if isinstance(item := items[n], Asking)}
        if not (more := _repeated(left, ref, lost)):
            return gone
        gone |= more


def _repeated(items: Items, ref: str, lost_calls: Set[str]) -> set[int]:
    asked = [n for n, item in enumerate(items) if isinstance(item, UserSaid) and ref in item.text]
    if not asked:
        return set()
    if lost := _lost_try(items, asked[-1]):
        return lost
    strays = _strays(items, asked[-1], lost_calls)
    return (strays and _lost_try(items, strays[-1])) or {*strays[-1:]}


def _strays(items: Items, start: int, lost_calls: Set[str]) -> Sequence[int]:
    """Return the places of answers to what was asked after *start* and has one already.

    Also of those to *lost calls*, which go.
    """
    asked = {key_of(item) for item in items[start:] if isinstance(item, Asking)} | lost_calls
    answers = {*pairing.answers(items).values()}
    return [
        n
        for n, item in enumerate(items)
        if n > start and isinstance(item, Answering) and n not in answers and key_of(item) in asked
    ]


def _lost_try(items: Items, last: int) -> set[int]:
    """Return the places of an earlier copy of the request that ends at *last*, and its response."""
    first = next((n for n in reversed(range(last)) if items[n] == items[last]), None)
    if first is None:
        return set()
    length = 1
    while first >= length and last - length > first and _is_same_input(items, first, last, length):
        length += 1
    lost = range(first - length + 1, last - length + 1)
    own = {*pairing.answers([items[n] for n in lost]).values()}  # to calls that go as well
    foreign = [
        n
        for place, n in enumerate(lost)
        if n > first and isinstance(items[n], UserSaid | Answering) and place not in own
    ]
    return set() if foreign else {*lost}


def _is_same_input(items: Items, first: int, last: int, back: int) -> bool:
    before = items[first - back]
    return isinstance(before, UserSaid | Answering) and before == items[last - back]
