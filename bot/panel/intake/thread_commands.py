"""The commands that people write in a thread, where slash commands cannot be used.

A command is a whole message: whatever emphasis, punctuation, emoji and politeness are around it.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from html import unescape

from bot.panel.model import Message, Turn
from bot.panel.names import nearest


@dataclass(frozen=True, slots=True)
class AddExpert:
    """Add an expert to this thread."""

    name: str
    is_certain: bool = True  # False: a question if there is no such expert


@dataclass(frozen=True, slots=True)
class RemoveExpert:
    """Remove an expert from this thread."""

    name: str
    is_certain: bool = True  # as with AddExpert


class PlainCommand(Enum):
    """A command of one word, and what it does."""

    LIST_EXPERTS = "Show who is on the panel of this thread."
    HELP = "Show what can be said to the bot."
    MUTE = "Answer only when mentioned."
    UNMUTE = "Answer every reply again."
    STOP = "Stop what the bot is doing in this thread."


@dataclass(frozen=True, slots=True)
class ForgetThread:
    """Delete what is kept of this thread, after asking."""


@dataclass(frozen=True, slots=True)
class Misspelt:
    """Nearly a command: *word* is none, but the whole may mean another."""

    word: str
    meant: str
    name: str = ""  # it is a question unless there is such an expert
    is_certain: bool = False


Answered = AddExpert | RemoveExpert | PlainCommand | Misspelt
ThreadCommand = Answered | ForgetThread  # the latter asks back

_PLAIN = {
    "experts": PlainCommand.LIST_EXPERTS,
    "help": PlainCommand.HELP,
    "mute": PlainCommand.MUTE,
    "stop": PlainCommand.STOP,
    "unmute": PlainCommand.UNMUTE,
}
_LONGEST = 200
_RECENT = 16  # texts: several ask about each, one after the other
_VERB = re.compile("experts|help|mute|stop|add|remove|forget", re.IGNORECASE)
_QUOTED = re.compile(r"```|^\s*(?:>|&gt;)", re.MULTILINE)
_EMOJI = re.compile(r":[a-z0-9_+'-]+:(?::skin-tone-\d:)?|[\U0001f3fb-\U0001f3ff]")
_INVISIBLE = re.compile("[\ufe0f\u200b-\u200f\u2060\ufeff]")
_PLEASE = re.compile(
    r"\b(?:please|pls|thanks|thx|thank you|hey|ok|okay|now|bitte|por favor|svp|stp)\b"
    r"|\bs['\u2019]il (?:te|vous) pla[iî]t\b"
    r"|お願いします|ください|请|請",
    re.IGNORECASE,
)
_WITH_NAME = re.compile(
    r"(?P<verb>add|remove)(?P<between>(?:[^\w<]|_)+)(?P<name>[^<>]+)", re.IGNORECASE
)
_FORGET = re.compile(r"forget (?:(?:this|the) )?(?:thread|conversation)", re.IGNORECASE)
_LIST = re.compile(r"\b(?:and|or)\b|,", re.IGNORECASE)
_MOST_WORDS = 4  # of a name that nothing marks as one
_LONGEST_MISSPELT = 60
_LIKENESS = 0.8  # of words that a slip of a finger makes of one another


def parse(text: str) -> ThreadCommand | None:
    """Return the command that the whole *text* is; None if it is anything else."""
    return _parse(text.strip()) if len(text) <= _LONGEST else None


@lru_cache(_RECENT)
def _parse(text: str) -> ThreadCommand | None:
    if _QUOTED.search(text):
        return None
    seen = _INVISIBLE.sub("", unescape(text))
    if not _VERB.search(seen) and len(seen) > _LONGEST_MISSPELT:  # nearly all: the rest is slower
        return None
    words = _words(seen)
    spoken = {word.casefold() for word in re.split(r"[\W_]+", words) if word}
    if len(spoken) == 1 and (plain := _PLAIN.get(spoken.pop())):  # once, or "stop, stop!"
        return plain
    if _FORGET.fullmatch(words):
        return ForgetThread()
    match = _WITH_NAME.fullmatch(words)
    return _with_name(match) if match else _misspelt(words.casefold())


def _words(text: str) -> str:
    signs = _EMOJI.sub(" ", text)
    letters = (" " if unicodedata.category(sign) == "So" else sign for sign in signs)
    words = " ".join(_PLEASE.sub(" ", "".join(letters)).split())
    return words.strip("".join({sign for sign in words if sign == " " or _is_mark(sign)}))


def _is_mark(sign: str) -> bool:
    return sign in "`~" or (sign not in "#()" and unicodedata.category(sign)[0] == "P")


def _with_name(match: re.Match[str]) -> ThreadCommand | None:
    name = match["name"].casefold()
    is_marked = match["between"][-1] != "@" and _is_mark(match["between"][-1])
    words = len(name.split())
    if not is_marked and (words > _MOST_WORDS or _LIST.search(name)):
        return None
    kind = AddExpert if match["verb"].casefold() == "add" else RemoveExpert
    return kind(name, is_certain=is_marked or words == 1)


def _misspelt(words: str) -> Misspelt | None:
    word, _, name = words.partition(" ")
    if not name:
        meant = next((plain for plain in _PLAIN if _is_slip(word, plain)), "")
        return Misspelt(word, meant, is_certain=True) if meant else None
    verb = next(iter(nearest(word, ("add", "remove"), most=1, least=_LIKENESS)), "")
    is_name = len(name.split()) <= _MOST_WORDS and not set(name) & set("<>`")
    return Misspelt(word, f"{verb} {name}", name) if verb not in ("", word) and is_name else None


def _is_slip(word: str, meant: str) -> bool:
    """Whether *word* is *meant* with letters swapped, doubled or left out; "step" is not "stop"."""
    is_swapped = sorted(word) == sorted(meant)
    is_longer = len(word) != len(meant) and bool(nearest(word, [meant], least=_LIKENESS))
    return word[:1] == meant[0] and (is_swapped or is_longer)


def of(message: Message) -> ThreadCommand | None:
    """Return the command that *message* is, if it is one to us."""
    command = parse(message.text) if message.mentioned and not message.by_app else None
    if command is PlainCommand.HELP and message.shows_more:
        return None  # with what it shows
    return command


def is_stop(message: Message) -> bool:
    """Whether a person says nothing but *stop* in *message*, to whomever."""
    return not message.by_app and parse(message.text) is PlainCommand.STOP


def command_of(turn: Turn) -> ThreadCommand | None:
    """Return the command that *turn* is, if any; commands are queued alone."""
    return of(turn.messages[0]) if len(turn.messages) == 1 else None
