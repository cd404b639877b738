"""What somebody said in a thread, as models read it."""

from dataclasses import dataclass
from enum import StrEnum

from bot.panel.model import MessageTs, SharedFile


class Role(StrEnum):
    """What somebody who speaks in a thread is."""

    PERSON = "person"
    EXPERT = "expert"
    PANEL = "panel"  # the bot itself: its router, and its notices
    APP = "app"  # another one


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a message, whatever name it shows."""

    id: str = ""  # a person's or app's of Slack; an expert's name
    role: Role = Role.PERSON


UNKNOWN = Author()


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message in a thread, as a model reads it."""

    ts: MessageTs
    speaker: str  # the name that the message shows
    text: str
    files: tuple[SharedFile, ...] = ()
    edited: MessageTs | None = None  # when, if it says something else than at first
    author: Author = UNKNOWN
    shown: str = ""  # Markdown of what it shows besides: forwards, tables, names of files, …
    about: "tuple[Utterance, ...]" = ()  # the messages that a pressed button is about

    @property
    def is_by_panel(self) -> bool:
        """Whether the bot or an expert wrote it, and no person or other app."""
        return self.author.role in (Role.EXPERT, Role.PANEL)

    @property
    def whole(self) -> str:
        """All that it says, for readers who cannot be confused."""
        about = (f"{message.speaker}: {message.whole}" for message in self.about)
        own = "\n".join(filter(None, (self.text, *about)))
        return "\n\n".join(filter(None, (own, self.shown)))
