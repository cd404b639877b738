"""Finding out which experts a message addresses directly, bypassing the router."""

import re
import unicodedata
from collections.abc import Sequence, Set
from html import unescape

from bot.panel.model import Expert, Message, Panel

_EVERYONE = frozenset({"everyone", "everybody"})
_EVERYONE_BEFORE_COLON = _EVERYONE | {"all"}  # without it: "all right, …", "all of this …"
# As other scripts write them: the colon and comma of full width, the list's comma, the Arabic one.
_PUNCTUATION = str.maketrans({"\uff1a": ":", "\uff0c": ",", "\u3001": ",", "\u060c": ","})
_BEFORE_COLON = re.compile(r"\s*([^:\n]{1,200}):(?!//)\s*\S")
_BETWEEN_NAMES = re.compile(r"\s*(?:,(?:\s*(?:&(?:amp;)?|and\b))?|&(?:amp;)?|[+/]|\band\b)\s*")
_FIRST_WORD = re.compile(r"\s*[*~]*(@?[\w-]+)[*~]*")
_QUESTION = re.compile(r"[,\s]+\S")
# "People keep …", "everyone is late": these speak of whom they name. "legal is this …" does not.
_STATEMENT = re.compile(
    r"\s+(?:(?:complain|keep|know|leave|need|seem|want)s?|gets|gives|hates|likes|loves|says|thinks|"
    r"uses|always|never|else|gave|got|had|kept|left|needed|said|thought|told|wanted|"
    r"(?:are|has|have|is|were)(?!\s+(?:a|an|any\w*|he|i|it|my|our|she|that|the|there|these|"
    r"they|this|those|we|you|your)\b))\b",
    re.IGNORECASE,
)
_AROUND_NAMES = "*_~ \t\xa0\u202f\u200b\u200e\u200f"


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
    text = unicodedata.normalize("NFC", text.lstrip(_AROUND_NAMES)).translate(_PUNCTUATION)
    before_colon = _BEFORE_COLON.match(text)
    if before_colon and (experts := _listed(before_colon[1], panel)):
        return experts
    return _first(text, panel) if message.mentioned else ()


def _listed(names: str, panel: Panel) -> tuple[Expert, ...]:
    """Return all experts in the list *names*, or none; a title may itself contain an "and"."""
    if expert := panel.find(unescape(names).strip(_AROUND_NAMES)):
        return (expert,)
    each = [_lookup(name, panel, _EVERYONE_BEFORE_COLON) for name in _BETWEEN_NAMES.split(names)]
    return tuple(expert for group in each for expert in group) if all(each) else ()


def _first(text: str, panel: Panel) -> tuple[Expert, ...]:
    """Return the experts whose names *text* begins with, if it is them that it speaks to."""
    experts, word, end = list[Expert](), _FIRST_WORD.match(text), 0
    while word and (named := _lookup(word[1], panel, _EVERYONE)):
        experts += named
        end = word.end()
        between = _BETWEEN_NAMES.match(text, end)
        word = _FIRST_WORD.match(text, between.end()) if between else None
    speaks_to_them = _QUESTION.match(text, end) and not _STATEMENT.match(text, end)
    return tuple(experts) if speaks_to_them else ()


def _lookup(name: str, panel: Panel, everyone: Set[str]) -> tuple[Expert, ...]:
    name = name.strip(_AROUND_NAMES)
    if name.casefold() in everyone:
        return panel.experts
    expert = panel.find(name.removeprefix("@"))  # who has no handle; @everyone is Slack's own
    return (expert,) if expert else ()
