"""Redactors: functions of yours that see every text before it goes to a model.

A redactor takes a Text and returns what may be sent instead of it::

    from bot.redactors import Text, TextRefused

    def redact(text: Text) -> str:
        if "STRICTLY CONFIDENTIAL" in text.text:
            raise TextRefused
        return CARD_NUMBER.sub("[card number]", text.text)

It is registered in the package's pyproject.toml::

    [project.entry-points."panelbot.redactors"]
    cards = "acme_redaction:redact"

- All redactors that are installed are asked, in the order of their names; each sees what the one
  before returned. With ``async def`` they may ask a service.
- They run in a thread, one call after another, for at most ``LONGEST`` seconds for one request.
  The same text is shown again with each request in which it is sent.
- Nothing goes out unseen: where a redactor raises an error, takes too long or returns something
  else than text, the model is not asked, and people are told. One that cannot be loaded keeps the
  bot from starting.
- What people and documents said is shown as they said it, without the frames that the bot puts
  around it. Names of people and files are shown on their own.

This module is stable: what is documented here stays, and new fields have defaults.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

GROUP = "panelbot.redactors"  # the group of the entry points
LONGEST = 30.0  # seconds


class TextRefused(Exception):
    """The text may not go to a model; people are told that much, and no more."""


class Kind(StrEnum):
    """What a text is."""

    INSTRUCTIONS = "instructions"  # what a model is told about its part; the bot's and experts'
    SAID = "said"  # in a thread, by people, experts or tools; names of people
    DOCUMENT = "document"  # the whole text of a document that an expert is given
    FILE = "file"  # name of a document, or of a file that only the model's side can open


@dataclass(frozen=True, slots=True)
class Text:
    """Something that would go to a model."""

    text: str
    kind: Kind


Redactor = Callable[[Text], str | Awaitable[str]]
