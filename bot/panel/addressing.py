"""Reading from a message which experts a person addresses directly, past the router."""

import re
from collections.abc import Sequence

from bot.panel.model import Expert, Message, Panel

EVERYONE = frozenset({"everyone", "everybody", "all"})
_BEFORE_COLON = re.compile(r"\s*([^:\n]{1,200}):(?!//)\s*\S")
_BETWEEN_NAMES = re.compile(r"\s*(?:,|&|\+|\band\b)\s*")
_FIRST_WORD = re.compile(r"\s*([\w-]+)[,\s]+\S")


def addressed(messages: Sequence[Message], panel: Panel) -> tuple[Expert, ...]:
    """Return the experts that *messages* name; none if the router should choose.

    Messages that waited together are for named experts only if every one of them is.
    """
    named = [_named(message, panel) for message in messages]
    if not all(named):
        return ()
    wanted = {expert.name for experts in named for expert in experts}
    return tuple(expert for expert in panel.experts if expert.name in wanted)


def _named(message: Message, panel: Panel) -> tuple[Expert, ...]:
    """Experts named as ``legal, finance: …``, or, to the bot's face, as ``legal …``."""
    if match := _BEFORE_COLON.match(message.text):
        experts = [_lookup(name, panel) for name in _BETWEEN_NAMES.split(match[1].strip())]
        if all(experts):
            return tuple(expert for group in experts for expert in group)
    if message.mentioned and (match := _FIRST_WORD.match(message.text)):
        return _lookup(match[1], panel)
    return ()


def _lookup(name: str, panel: Panel) -> tuple[Expert, ...]:
    if name.casefold() in EVERYONE:
        return panel.experts
    expert = panel.find(name)
    return (expert,) if expert else ()
