"""Parsing the text after ``/experts``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.adapters.slack.experts.panel_settings import SETTINGS, PanelSetting
from bot.adapters.slack.markdown import sanitize
from bot.panel.names import did_you_mean


@dataclass(frozen=True, slots=True)
class ListExperts:
    """List the experts of the panel, or those that have the words of *search*."""

    search: str = ""


@dataclass(frozen=True, slots=True)
class Plain:
    """Show all subcommands, or open a form: for a new expert, the router's rules, settings."""

    word: Literal["add", "help", "router", "settings"]


Verb = Literal["add", "documents", "edit", "remove", "show", "teach"]


@dataclass(frozen=True, slots=True)
class WithExpert:
    """Do what *verb* says with an expert: add it from the library, list its documents …"""

    verb: Verb
    name: str


@dataclass(frozen=True, slots=True)
class LetConsult:
    """Set which experts an expert may consult."""

    name: str
    consulted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HandleExpert:
    """Switch an expert's handle on or off, or (None) show its state."""

    name: str
    wanted: bool | None = None


@dataclass(frozen=True, slots=True)
class ChangeSetting:
    """Change a setting of the panel."""

    setting: PanelSetting
    value: str


@dataclass(frozen=True, slots=True)
class WithText:
    """Show the budgets, or what the router has learnt; or change them as is *written*."""

    word: Literal["budget", "examples"]
    written: str = ""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """No subcommand; or one that is *unfinished*, as it needs a name."""

    word: str
    unfinished: bool = False


Subcommand = (
    ListExperts
    | Plain
    | WithExpert
    | LetConsult
    | HandleExpert
    | ChangeSetting
    | WithText
    | NotUnderstood
)

_WORDS = (
    "add", "budget", "consults", "default", "documents", "edit", "examples", "find", "handle",
    "help", "list", "remove", "router", "settings", "show", "teach",
)  # fmt: skip
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


def _handle(text: str) -> HandleExpert:
    name, _, last = text.rpartition(" ")
    if name and last.casefold() in {"on", "off"}:
        return HandleExpert(name.strip(_QUOTES), last.casefold() == "on")
    return HandleExpert(text)


@dataclass(frozen=True, slots=True)
class Order:
    """A parsed command: what to do, in the channel or in the defaults of all channels."""

    subcommand: Subcommand
    for_defaults: bool = False


def subcommands(settings: Sequence[PanelSetting] = SETTINGS) -> Sequence[str]:
    """Return all subcommands, in order."""
    return sorted((*_WORDS, *(setting.word for setting in settings)))


def meant(word: str, settings: Sequence[PanelSetting] = SETTINGS) -> str:
    """Return a sentence, after a space, with the subcommands that *word* may mean; else nothing."""
    return did_you_mean(word, subcommands(settings), spellings=_ALSO_SAID)


def parse(written: str, settings: Sequence[PanelSetting] = SETTINGS) -> Order:
    """Return the order in *written*, which may be any text."""
    if "budget" in written.casefold().split(maxsplit=2)[:2]:  # of people and channels, by their ids
        written = _ID.sub(r"\1", written)
    text = sanitize.from_slack(written, {}).strip()
    word, rest = _split(text)
    for_defaults = word in {"default", "defaults"}
    if for_defaults:
        word, rest = _split(rest)
    value = " ".join(rest.split()).strip(_QUOTES)
    for setting in settings:
        if setting.word == word:
            return Order(ChangeSetting(setting, value), for_defaults)
    return Order(_subcommand(word, value), for_defaults)


def _split(text: str) -> tuple[str, str]:
    first, *rest = text.split(maxsplit=1) or [""]
    return first.casefold(), rest[0] if rest else ""


def _subcommand(word: str, name: str) -> Subcommand:
    match word:
        case "" | "list":
            return ListExperts()
        case "help" | "router" | "settings":
            return Plain(word)
        case "add" if not name:
            return Plain(word)
        case "budget" | "examples":
            return WithText(word, name)
        case "consults":
            return _let_consult(name)
        case "add" | "documents" | "edit" | "remove" | "show" | "teach" if name:
            return WithExpert(word, name)
        case "find" if name:
            return ListExperts(name)
        case "handle" if name:
            return _handle(name)
        case "find" | "handle" | "documents" | "edit" | "remove" | "show" | "teach":
            return NotUnderstood(word, unfinished=True)
        case _:
            return NotUnderstood(word)


def _let_consult(text: str) -> Subcommand:
    """Parse ``consults NAME OTHER, OTHER``; OTHER may be ``nobody`` or ``none``."""
    name, *others = (word.strip(_QUOTES) for word in re.split(r"[\s,]+", text))
    if not (name and others):
        return NotUnderstood("consults", unfinished=True)
    is_nobody = [other.casefold() for other in others] in (["nobody"], ["none"])
    return LetConsult(name, () if is_nobody else tuple(filter(None, others)))
