"""Files that experts make: with the model's side first, then stored with Slack for people."""

from dataclasses import dataclass

from bot.panel.model import FileId


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that the model's side has made, and still holds."""

    id: str
    name: str
    about: str = ""  # what it shows, if that is known
    container: str = ""  # where it lies; empty: in the conversation itself


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is stored with Slack, for a message to show."""

    id: FileId
    name: str
    url: str  # where people find it
    about: str = ""
    is_image: bool = False  # and can be shown as one
