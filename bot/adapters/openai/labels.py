"""Labels of a conversation as OpenAI metadata: at most 16 pairs, 64 and 512 characters each.

A router's conversation names its experts' conversations: ``legal=6896…`` for each, joined by
commas and cut into values of 512 characters. The common prefix ``conv_`` is left out, so that
a hundred experts with names of 24 characters and ids of 53 fit.
"""

import logging
from collections.abc import Mapping, Sequence
from itertools import count

from bot.panel.links import ExpertLabels, Labels, RouterLabels
from bot.panel.model import ConversationId, ExpertName, ThreadRef

log = logging.getLogger(__name__)

MOST_PAIRS = 16
LONGEST_VALUE = 512

_KIND, _THREAD, _EXPERT, _ROUTER, _EXPERTS = "panelbot", "slack", "expert", "router", "experts_"
_ROUTER_KIND, _EXPERT_KIND = "router/1", "expert/1"
_PREFIX = "conv_"


def pack(labels: Labels) -> dict[str, str]:
    """Return *labels* as metadata."""
    thread = labels.thread
    place = f"{thread.team_id}/{thread.channel_id}/{thread.thread_ts}"
    match labels:
        case ExpertLabels(expert=expert, router=router):
            return {_KIND: _EXPERT_KIND, _THREAD: place, _EXPERT: expert, _ROUTER: router}
        case RouterLabels(experts=experts):
            packed = {_KIND: _ROUTER_KIND, _THREAD: place}
            room = (MOST_PAIRS - len(packed)) * LONGEST_VALUE
            text = _fitting([f"{name}={_short(id_)}" for name, id_ in experts.items()], room)
            for number, start in enumerate(range(0, len(text), LONGEST_VALUE)):
                packed[f"{_EXPERTS}{number}"] = text[start : start + LONGEST_VALUE]
            return packed


def unpack(metadata: Mapping[str, str] | None) -> Labels | None:
    """Return the labels that ``pack`` made *metadata* of; None if they are not ours."""
    if not metadata:
        return None
    place = metadata.get(_THREAD, "").split("/")
    if len(place) != 3:
        return None
    thread = ThreadRef(*place)
    match metadata.get(_KIND):
        case "expert/1" if _EXPERT in metadata and _ROUTER in metadata:
            router = ConversationId(metadata[_ROUTER])
            return ExpertLabels(thread, ExpertName(metadata[_EXPERT]), router)
        case "router/1":
            return RouterLabels(thread, _experts(metadata))
        case _:
            return None


def _experts(metadata: Mapping[str, str]) -> dict[ExpertName, ConversationId]:
    values: list[str] = []
    for number in count():
        value = metadata.get(f"{_EXPERTS}{number}")
        if value is None:
            break
        values.append(value)
    pairs = (entry.partition("=") for entry in "".join(values).split(",") if "=" in entry)
    return {ExpertName(name): _long(id_) for name, _, id_ in pairs}


def _fitting(entries: Sequence[str], room: int) -> str:
    """Join *entries*, leaving out the last ones where there is no room for them."""
    kept = list(entries)
    while len(text := ",".join(kept)) > room:
        kept.pop()
    if len(kept) < len(entries):
        log.warning("labels.cut", extra={"experts": len(entries), "kept": len(kept)})
    return text


def _short(conversation: ConversationId) -> str:
    bare = conversation.removeprefix(_PREFIX)
    return bare if bare != conversation and not bare.startswith(":") else f":{conversation}"


def _long(text: str) -> ConversationId:
    return ConversationId(text[1:] if text.startswith(":") else _PREFIX + text)
