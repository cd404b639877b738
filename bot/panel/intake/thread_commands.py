"""The commands that people write in a thread, where slash commands cannot be used."""

import re
from dataclasses import dataclass

from bot.panel.model import Turn


@dataclass(frozen=True, slots=True)
class AddExpert:
    """Add an expert to this thread."""

    name: str


@dataclass(frozen=True, slots=True)
class RemoveExpert:
    """Remove an expert from this thread."""

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
    """Stop what the bot is doing in this thread."""


ThreadCommand = AddExpert | RemoveExpert | ListExperts | ShowHelp | Mute | Unmute | Stop

_PLAIN: dict[str, ThreadCommand] = {
    "experts": ListExperts(),
    "help": ShowHelp(),
    "mute": Mute(),
    "stop": Stop(),
    "unmute": Unmute(),
}
_QUOTES = "`\"'“”@"
_WITH_NAME = re.compile(r"(?P<verb>add|remove)\s+(?P<name>\S+)", re.IGNORECASE)


def parse(text: str) -> ThreadCommand | None:
    """Return the command that the whole *text* is; None if it is anything else."""
    words = text.strip().rstrip(".!").strip()
    if plain := _PLAIN.get(words.casefold()):
        return plain
    if match := _WITH_NAME.fullmatch(words):
        name = match["name"].casefold().strip(_QUOTES)
        return AddExpert(name) if match["verb"].casefold() == "add" else RemoveExpert(name)
    return None


def command_of(turn: Turn) -> ThreadCommand | None:
    """Return the command that *turn* is, if any; commands are queued alone."""
    message = turn.messages[0]
    if len(turn.messages) > 1 or not message.mentioned:
        return None
    return parse(message.text)
