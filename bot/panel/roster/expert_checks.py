"""Whether an expert can be on a panel: its name, what it looks like, and what it is told."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bot.language import gettext, number
from bot.panel.errors import Refused
from bot.panel.model import Effort, Expert, ExpertName
from bot.panel.roster import efforts, lookalikes

LONGEST_NAME = 24  # names and conversations of a hundred in a thread fit OpenAI's metadata
LONGEST_TITLE = 40
LONGEST_PURPOSE = 200
LONGEST_RULES = 2_000  # for the router: each of its requests has them
LONGEST_INSTRUCTIONS = 3_000  # what one input of a Slack modal holds
MOST_EXPERTS = 500  # on one panel: of the defaults, a channel and a thread together

_COMMANDS = {
    "add", "consults", "default", "documents", "edit", "help", "mute", "remove", "show", "stop",
    "teach", "unmute",
}  # fmt: skip
_GROUPS = {"all", "channel", "everybody", "everyone", "expert", "experts", "group", "here"}
_OURSELVES = {"bot", "panel", "panelbot", "router", "slackbot", "synthesis"}
_BADGES = ("app", "workflow")  # by which Slack shows that no person writes
RESERVED = frozenset(_COMMANDS | _GROUPS | _OURSELVES)
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_ICON = re.compile(r":?((?:\w|[+'-]){1,100}):?")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}")


def check_name(name: str) -> ExpertName:
    """Return *name* as an expert's name, or raise Refused if it cannot be one."""
    if len(name) > LONGEST_NAME:
        raise Refused(
            gettext(
                "A name may have at most {most} characters; that one has {length}.",
                most=LONGEST_NAME,
                length=len(name),
            ),
            field="name",
        )
    if name in RESERVED:
        raise Refused(_reserved_word(name), field="name")
    if not _NAME.fullmatch(name):
        raise Refused(
            gettext(
                "A name is made of lower-case letters, digits and single hyphens, and begins with "
                "a letter, for example `tax-law`."
            ),
            field="name",
        )
    return ExpertName(name)


def check_expert(expert: Expert, taken: Iterable[str]) -> Expert:
    """Return *expert* normalised, or raise Refused; for *taken* see ``check_title``."""
    checked, refusals = checked_and_refused(expert, taken)
    for refusal in refusals:
        raise refusal
    return checked


def checked_and_refused(expert: Expert, taken: Iterable[str]) -> tuple[Expert, Sequence[Refused]]:
    """Return *expert* normalised as far as it can be, and why each other field is refused."""
    checks: Mapping[str, Callable[[], object]] = {
        "title": lambda: check_title(expert.title, taken),
        "icon": lambda: _checked_icon(expert.icon),
        "purpose": lambda: _checked_purpose(expert.purpose),
        "instructions": lambda: _checked_instructions(expert),
        "model": lambda: _checked_model(expert),
    }
    values: dict[str, Any] = {}
    refusals: list[Refused] = []
    for field, check in checks.items():
        try:
            values[field] = check()
        except Refused as refusal:
            refusals.append(refusal)
    return replace(expert, **values), refusals


def edited(before: Expert, form: Expert) -> Expert:
    """Return *before* with the values of *form*, which does not have every field."""
    if before.function:
        return replace(
            before, title=form.title, icon=form.icon, purpose=form.purpose, consults=form.consults
        )
    has_documents = bool(before.collections)  # without them, the form does not ask when to search
    return replace(
        form,
        name=before.name,
        collections=before.collections,
        unknown=before.unknown,
        always_consult=form.always_consult if has_documents else before.always_consult,
    )


def check_title(title: str, taken: Iterable[str]) -> str:
    """Return *title* normalised, or raise Refused if it cannot be a display name here.

    *taken* are the names of people, bots and other experts: an expert must not be mistaken for
    one of them.
    """
    normalised = " ".join(title.split())
    problem = _unreadable(normalised) or _confusable(normalised, [*taken, "slack"])
    if problem := problem or _pretending(normalised):
        raise Refused(problem, field="title")
    return normalised


def _unreadable(title: str) -> str:
    if not any(char.isalnum() for char in title):
        return gettext("An expert needs a name that people can read, for example `Tax Counsel`.")
    if len(title) > LONGEST_TITLE:
        return gettext("The display name may have at most {most} characters.", most=LONGEST_TITLE)
    if set(title) & set("<>@#!|`*_~\\") or lookalikes.has_invisible(title):
        return gettext(
            "The display name may not contain invisible characters or < > @ # ! | ` * _ ~ \\."
        )
    return ""


def _confusable(title: str, taken: Sequence[str]) -> str:
    if is_like(title, RESERVED):
        return _reserved_word(title)
    if is_like(title, taken):
        return gettext("Somebody here is called “{name}”; please choose another name.", name=title)
    if lookalikes.is_alike(title, (*RESERVED, *taken)):
        return gettext(
            "“{name}” looks like a name that is in use here; please choose another name.",
            name=title,
        )
    return ""


def _pretending(title: str) -> str:
    if lookalikes.mixes_scripts(title):
        return gettext(
            "A word of the display name mixes letters of different alphabets, as names do that "
            "pretend to be others; please write each word in one."
        )
    if lookalikes.is_alike(title.split()[-1], _BADGES):
        return gettext(
            "The display name may not end like the mark that Slack gives to apps; please choose "
            "another name."
        )
    return ""


def _reserved_word(name: str) -> str:
    return gettext("“{name}” is reserved; please choose another name.", name=name)


def is_like(name: str, taken: Iterable[str]) -> bool:
    """Whether *name* equals one of *taken* but for case, accents and punctuation."""
    return _key(name) in {_key(other) for other in taken}


@lru_cache(maxsize=4_096)  # a file of hundreds compares each with all before it
def _key(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.casefold())
    return "".join(char for char in folded if char.isalnum())


def _checked_icon(icon: str) -> str:
    match = _ICON.fullmatch(icon.strip().lower())
    if match is None:
        raise Refused(
            gettext("The icon is the name of an emoji with colons, for example `:scales:`."),
            field="icon",
        )
    return f":{match[1]}:"


def _checked_purpose(purpose: str) -> str:
    normalised = " ".join(purpose.split())
    if not 1 <= len(normalised) <= LONGEST_PURPOSE:
        raise Refused(
            gettext("The purpose must have 1 to {most} characters.", most=LONGEST_PURPOSE),
            field="purpose",
        )
    return normalised


def check_rules(rules: str) -> str:
    """Return the router's *rules* normalised, or raise Refused."""
    normalised = "\n".join(line.rstrip() for line in rules.strip().splitlines())
    if len(normalised) > LONGEST_RULES:
        raise Refused(
            gettext(
                "The rules may have at most {most} characters; these have {length}.",
                most=number(LONGEST_RULES),
                length=number(len(normalised)),
            ),
            field="rules",
        )
    return normalised


def _checked_instructions(expert: Expert) -> str:
    normalised = expert.instructions.strip()
    shortest = 0 if expert.function else 1
    if not shortest <= len(normalised) <= LONGEST_INSTRUCTIONS:
        raise Refused(
            gettext(
                "The instructions must have 1 to {most} characters.",
                most=number(LONGEST_INSTRUCTIONS),
            ),
            field="instructions",
        )
    return normalised


def _checked_model(expert: Expert) -> str | None:
    model = expert.model
    if not model:
        return None
    if not _MODEL.fullmatch(model):
        raise Refused(
            gettext("The model is the name that its provider uses, for example `gpt-6-luna`."),
            field="model",
        )
    if expert.effort is Effort.NONE and efforts.least(model) is not Effort.NONE:
        raise Refused(
            gettext(
                "`{model}` does not answer without thinking: choose the effort *low* or more.",
                model=model,
            ),
            field="effort",
        )
    return model
