"""Labels of a conversation as OpenAI metadata: at most 16 pairs, 64 and 512 characters each.

The pair ``panelbot`` says what it is: version, kind, Slack thread, and for a router how many
of the other 15 pairs are in use. Those name its experts' conversations: ``legal=6896…`` for
each, joined by commas and cut into values of 512 characters. The common prefix ``conv_`` is
left out, so that a hundred experts with names of 24 characters and ids of 53 fit. Where more have
answered in one thread, the rest begin anew once Redis has forgotten them; those first who were
consulted by other experts (``legal/tax=…``).

The count matters where a server merges new metadata into the old instead of replacing it:
what a longer list has left behind is not read.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote, unquote

from bot.panel.links import ExpertLabels, Labels, RouterLabels, experts_on
from bot.panel.model import ConsultationPath, ConversationId, ThreadRef

log = logging.getLogger(__name__)

MOST_PAIRS = 16
LONGEST_VALUE = 512

_HEAD, _EXPERT, _ROUTER, _EXPERTS = "panelbot", "expert", "router", "experts_"
_VERSION = "1"
_PREFIX = "conv_"
_WHOLE = ":"  # marks an id that is written as it is, not without the prefix


def pack(labels: Labels) -> dict[str, str]:
    """Return *labels* as metadata; experts for whom there is no room are left out."""
    thread = labels.thread
    place = f"{thread.team_id}/{thread.channel_id}/{thread.thread_ts}"
    match labels:
        case ExpertLabels(expert=expert, router=router):
            return {_HEAD: f"{_VERSION} expert {place}", _EXPERT: expert, _ROUTER: router}
        case RouterLabels(experts=experts):
            text = _joined(experts)
            cuts = range(0, len(text), LONGEST_VALUE)
            values = [text[start : start + LONGEST_VALUE] for start in cuts]
            head = {_HEAD: f"{_VERSION} router {place} {len(values)}"}
            return head | {f"{_EXPERTS}{number}": value for number, value in enumerate(values)}


def unpack(metadata: Mapping[str, str]) -> Labels | None:
    """Return the labels that ``pack`` made *metadata* of; None if they are not ours."""
    match metadata.get(_HEAD, "").split(" "):
        case [version, kind, place, *more] if version == _VERSION and place.count("/") == 2:
            return _unpack(kind, ThreadRef(*place.split("/")), more, metadata)
        case _:
            return None


def _unpack(
    kind: str, thread: ThreadRef, more: Sequence[str], metadata: Mapping[str, str]
) -> Labels | None:
    match kind, more:  # behind that, there may be words of a newer version
        case "expert", _ if _EXPERT in metadata and _ROUTER in metadata:
            router = ConversationId(metadata[_ROUTER])
            return ExpertLabels(thread, ConsultationPath(metadata[_EXPERT]), router)
        case "router", [number, *_] if number.isdecimal():
            keys = [f"{_EXPERTS}{i}" for i in range(min(int(number), MOST_PAIRS))]
            text = "".join(metadata.get(key, "") for key in keys)
            return RouterLabels(thread, dict(_experts(text)))
        case _:
            return None


def _joined(experts: Mapping[ConsultationPath, ConversationId]) -> str:
    room = (MOST_PAIRS - 1) * LONGEST_VALUE
    kept: list[str] = []
    for name, conversation in sorted(experts.items(), key=lambda one: len(experts_on(one[0]))):
        entry = f"{quote(name)}={_short(conversation)}"
        needed = len(entry) + bool(kept)
        if needed <= room:
            kept.append(entry)
            room -= needed
    if len(kept) < len(experts):
        log.warning("labels.cut", extra={"experts": len(experts), "kept": len(kept)})
    return ",".join(kept)


def _experts(text: str) -> Iterable[tuple[ConsultationPath, ConversationId]]:
    for entry in text.split(","):
        name, _, conversation = entry.partition("=")
        if name and conversation:
            yield ConsultationPath(unquote(name)), _long(conversation)


def _short(conversation: ConversationId) -> str:
    bare = conversation.removeprefix(_PREFIX)
    usual = bare != conversation and not bare.startswith(_WHOLE)
    return quote(bare if usual else _WHOLE + conversation, safe=":/+=")


def _long(text: str) -> ConversationId:
    plain = unquote(text)
    return ConversationId(plain[1:] if plain.startswith(_WHOLE) else _PREFIX + plain)
