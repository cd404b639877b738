"""Parsing the text after ``/experts``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.adapters.slack.experts.panel_settings import SETTINGS, PanelSetting
from bot.adapters.slack.markdown import sanitize
from bot.panel.names import did_you_mean


@dataclass(frozen=True, slots=True)
class Order:
    """A parsed command, in the channel or for the defaults of all channels."""

    word: str  # perhaps no subcommand
    text: str = ""  # after it
    for_defaults: bool = False

    @property
    def is_unfinished(self) -> bool:
        """Whether the name of an expert is missing."""
        if self.word == "consults":
            return not all(let_consult(self.text))
        return self.word in _WITH_NAME and not self.text


_WORDS = (
    "add", "budget", "consults", "default", "documents", "edit", "examples", "find", "handle",
    "help", "list", "remove", "router", "settings", "show", "teach",
)  # fmt: skip
_WITH_NAME = frozenset({"documents", "edit", "find", "handle", "remove", "show", "teach"})
_ALSO_SAID: Mapping[str, str] = {
    "budgets": "budget",
    "change": "edit",
    "create": "add",
    "delete": "remove",
    "describe": "show",
    "docs": "documents",
    "info": "show",
    "invite": "add",
    "kick": "remove",
    "ls": "list",
    "new": "add",
    "rm": "remove",
    "rules": "router",
    "setting": "settings",
    "search": "find",
    "update": "edit",
    "upload": "teach",
    "view": "show",
    "who": "list",
}
_ID = re.compile(r"<[@#]([A-Z0-9]+)(?:\|[^>]*)?>")
_QUOTES = " \t`\"'“”@"


def subcommands(settings: Sequence[PanelSetting] = SETTINGS) -> Sequence[str]:
    """Return all subcommands, in order."""
    return sorted((*_WORDS, *(setting.word for setting in settings)))


def meant(word: str, settings: Sequence[PanelSetting] = SETTINGS) -> str:
    """Return a sentence, after a space, with the subcommands that *word* may mean; else nothing."""
    return did_you_mean(word, subcommands(settings), spellings=_ALSO_SAID)


def parse(written: str) -> Order:
    """Return the order in *written*, which may be any text."""
    if "budget" in written.casefold().split(maxsplit=2)[:2]:  # of people and channels, by their ids
        written = _ID.sub(r"\1", written)
    text = sanitize.from_slack(written, {}).strip()
    word, rest = _split(text)
    for_defaults = word in {"default", "defaults"}
    if for_defaults:
        word, rest = _split(rest)
    value = " ".join(rest.split()).strip(_QUOTES)
    return Order(word or "list", value, for_defaults)


def _split(text: str) -> tuple[str, str]:
    first, *rest = text.split(maxsplit=1) or [""]
    return first.casefold(), rest[0] if rest else ""


def switch(text: str) -> tuple[str, bool | None]:
    """Parse ``handle NAME``, perhaps with ``on`` or ``off``."""
    name, _, last = text.rpartition(" ")
    if name and last.casefold() in {"on", "off"}:
        return name.strip(_QUOTES), last.casefold() == "on"
    return text, None


def let_consult(text: str) -> tuple[str, Sequence[str]]:
    """Parse ``consults NAME OTHER, OTHER``; returns the others, or ``nobody``."""
    name, *others = (word.strip(_QUOTES) for word in re.split(r"[\s,]+", text))
    return name, list(filter(None, others))
