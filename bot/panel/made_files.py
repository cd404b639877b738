"""Files that experts make: first on the model's side, then uploaded to Slack."""

from dataclasses import dataclass

from bot.panel.model import FileId


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that was made on the model's side, and is still there."""

    id: str
    name: str
    about: str = ""  # a description, if there is one
    container: str = ""  # where it is; empty: in the conversation itself


@dataclass(frozen=True, slots=True)
class Upload:
    """Where the bytes of a file are to be sent; the file exists once they have arrived."""

    id: FileId
    url: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was uploaded to Slack, for a message to show."""

    id: FileId
    name: str
    url: str  # where people find it
    about: str = ""
    is_image: bool = False  # that Slack can display
