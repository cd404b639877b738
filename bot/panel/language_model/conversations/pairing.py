"""Which item of a conversation answers which.

Servers repeat the ids of calls: in the next turn, or already in the next response. So an id alone
tells nothing; the place does.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from bot.panel.language_model.exchange import (
    ApprovalGiven,
    Item,
    StoredItem,
    ToolAnswered,
    ToolCalled,
)
from bot.panel.tools import ApprovalWanted

Asking = ToolCalled | ApprovalWanted
Answering = ToolAnswered | ApprovalGiven


def answers(items: Sequence[StoredItem | None]) -> Mapping[int, int]:
    """Return the place of each call and request for approval that has an answer, and where that is.

    *items* come oldest first. An answer belongs to the newest call before it that has its id and
    no answer yet.
    """
    unanswered: defaultdict[str, list[int]] = defaultdict(list)
    found: dict[int, int] = {}
    for place, item in enumerate(items):
        if isinstance(item, Asking):
            unanswered[key_of(item)].append(place)
        elif isinstance(item, Answering) and unanswered[key_of(item)]:
            found[unanswered[key_of(item)].pop()] = place
    return found


def without_strays(items: Sequence[StoredItem]) -> list[StoredItem]:
    """Return *items* without the outputs whose calls are not among them."""
    kept = {*answers(items).values()}
    return [i for n, i in enumerate(items) if not isinstance(i, ToolAnswered) or n in kept]


def new_answers(given: Sequence[Item], stored: Sequence[StoredItem]) -> Collection[int]:
    """Return the places of the answers among *given* that *stored*, oldest first, lacks.

    One is there if it is there word for word, or if the newest call of its id has another answer:
    somebody was faster.
    """
    counts: Counter[Answering] = Counter(item for item in stored if isinstance(item, Answering))
    settled = _settled(stored)
    new: list[int] = []
    for place, item in enumerate(given):
        if isinstance(item, Answering):
            if counts[item]:
                counts[item] -= 1
            elif key_of(item) not in settled:
                new.append(place)
    return new


def _settled(stored: Sequence[StoredItem]) -> Collection[str]:
    """Return the calls and requests that need no answer, as far as *stored* knows of them."""
    answered, settled = answers(stored), dict[str, bool]()
    for place, item in enumerate(stored):
        if isinstance(item, Asking):
            settled[key_of(item)] = place in answered
        elif isinstance(item, Answering):
            settled.setdefault(key_of(item), True)
    return {key for key, is_settled in settled.items() if is_settled}


def key_of(item: Asking | Answering) -> str:
    """Return what a call or a request for approval has in common with its answer."""
    match item:
        case ToolCalled(call_id=id_) | ToolAnswered(call_id=id_):
            return f"call {id_}"
        case ApprovalWanted(request=id_) | ApprovalGiven(request=id_):
            return f"request {id_}"
