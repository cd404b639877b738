"""Citations: what a text says that it has something from."""

from dataclasses import dataclass

from bot.panel.model import DocumentId


@dataclass(frozen=True, slots=True)
class Citation:
    """A document or a web page that a text relies on."""

    document: DocumentId  # of a page: its URL
    name: str
    at: int | None = None  # the position in the text, if known
    url: str = ""  # of a page
    since: int | None = None  # where the model's own link to a page begins, which ends at *at*
