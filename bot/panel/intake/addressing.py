"""Finding out which experts a message addresses directly, bypassing the router."""

import re
from collections.abc import Sequence, Set
from html import unescape

from bot.panel.model import Expert, Message, Panel

_EVERYONE = frozenset({"everyone", "everybody"})
_EVERYONE_BEFORE_COLON = _EVERYONE | {"all"}  # without it: "all right, …", "all of this …"
_BEFORE_COLON = re.compile(r"\s*([^:\n]{1,200}):(?!//)\s*\S")
_BETWEEN_NAMES = re.compile(r"\s*(?:,|&(?:amp;)?|\+|\band\b)\s*")
_FIRST_WORD = re.compile(r"\s*[*~]*([\w-]+)[*~]*[,\s]+\S")
_EMPHASIS = " \t*_~"


def addressed(messages: Sequence[Message], panel: Panel) -> tuple[Expert, ...]:
    """Return the experts that each of *messages* addresses; none if the router is to choose."""
    by_message = [_named(message, panel) for message in messages]
    if not all(by_message):
        return ()
    names = {expert.name for experts in by_message for expert in experts}
    return tuple(expert for expert in panel.experts if expert.name in names)


def _named(message: Message, panel: Panel) -> tuple[Expert, ...]:
    """Return the experts of ``legal, finance: …``, or, with a mention of the bot, ``legal …``."""
    if message.handles:
        return tuple(expert for expert in panel.experts if expert.name in message.handles)
    # What is asked of them may stand in a forward or a file.
    text = f"{message.text} …" if message.shows_more else message.text
    before_colon = _BEFORE_COLON.match(text)
    if before_colon and (experts := _listed(before_colon[1].strip(_EMPHASIS), panel)):
        return experts
    if message.mentioned and (match := _FIRST_WORD.match(text)):
        return _lookup(match[1].strip(_EMPHASIS), panel, _EVERYONE)
    return ()


def _listed(names: str, panel: Panel) -> tuple[Expert, ...]:
    """Return all experts in the list *names*, or none; a title may itself contain an "and"."""
    if expert := panel.find(unescape(names)):
        return (expert,)
    each = [_lookup(name, panel, _EVERYONE_BEFORE_COLON) for name in _BETWEEN_NAMES.split(names)]
    return tuple(expert for group in each for expert in group) if all(each) else ()


def _lookup(name: str, panel: Panel, everyone: Set[str]) -> tuple[Expert, ...]:
    if name.casefold() in everyone:
        return panel.experts
    expert = panel.find(name)
    return (expert,) if expert else ()
