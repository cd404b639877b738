"""The commands that people give inside a thread, where slash commands cannot be used."""

import re
from dataclasses import dataclass

from bot.panel.model import Turn


@dataclass(frozen=True, slots=True)
class AddExpert:
    """Let another expert join this thread."""

    name: str


@dataclass(frozen=True, slots=True)
class RemoveExpert:
    """Let an expert leave this thread."""

    name: str


@dataclass(frozen=True, slots=True)
class ListExperts:
    """Show who is on the panel of this thread."""


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """Show what can be said to the bot."""


@dataclass(frozen=True, slots=True)
class Mute:
    """Answer only when mentioned."""


@dataclass(frozen=True, slots=True)
class Unmute:
    """Answer every reply again."""


@dataclass(frozen=True, slots=True)
class Stop:
    """End what is being done in this thread."""


ThreadCommand = AddExpert | RemoveExpert | ListExperts | ShowHelp | Mute | Unmute | Stop

_PLAIN: dict[str, ThreadCommand] = {
    "experts": ListExperts(),
    "help": ShowHelp(),
    "mute": Mute(),
    "stop": Stop(),
    "unmute": Unmute(),
}
_QUOTES = "`\"'“”@"
_NAMING = re.compile(r"(?P<verb>add|remove)\s+(?P<name>\S+)", re.IGNORECASE)


def parse(text: str) -> ThreadCommand | None:
    """Return the command that *text* is; None for anything else, also if it begins like one."""
    words = text.strip().rstrip(".!").strip()
    if plain := _PLAIN.get(words.casefold()):
        return plain
    if match := _NAMING.fullmatch(words):
        name = match["name"].casefold().strip(_QUOTES)
        return AddExpert(name) if match["verb"].casefold() == "add" else RemoveExpert(name)
    return None


def command_of(turn: Turn) -> ThreadCommand | None:
    """Return the command that *turn* is; commands are queued alone."""
    message = turn.messages[0]
    if len(turn.messages) > 1 or not message.mentioned:
        return None
    return parse(message.text)
