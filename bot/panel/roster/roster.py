"""Who is on a panel: the defaults, plus and minus what a channel and a thread changed."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from bot.language import gettext, listing, number
from bot.panel.errors import Refused
from bot.panel.model import Expert, ExpertName, Panel, Synthesis, ThreadRef

LONGEST_NAME = 24  # a hundred experts' names and conversations must fit OpenAI's metadata
LONGEST_TITLE = 40
LONGEST_PURPOSE = 200
LONGEST_INSTRUCTIONS = 3_000  # what one input of a Slack modal holds
MOST_EXPERTS = 100

_COMMANDS = {
    "add", "consults", "default", "documents", "edit", "help", "mute", "remove", "show", "stop",
    "teach", "unmute",
}  # fmt: skip
_GROUPS = {"all", "channel", "everybody", "everyone", "expert", "experts", "group", "here"}
_OURSELVES = {"bot", "panel", "panelbot", "router", "slackbot", "synthesis"}
RESERVED = frozenset(_COMMANDS | _GROUPS | _OURSELVES)
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_ICON = re.compile(r":?((?:\w|[+'-]){1,100}):?")
_TWINS = str.maketrans(  # Cyrillic and Greek letters that look Latin
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0423\u0405\u0406\u0408\u04c0"
    "\u0430\u0435\u043a\u043e\u0440\u0441\u0445\u0443\u0455\u0456\u0458\u0501\u04bb\u04cf\u051b\u051d"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
    "\u03b1\u03b9\u03ba\u03bd\u03bf\u03c1\u03c5\u0131",
    "ABEKMHOPCTXYSIJlaekopcxysijdhlqwABEZHIKMNOPTYXaikvopui",
)
_STROKES = str.maketrans("i10", "llo")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}")


@dataclass(frozen=True, slots=True)
class WorkspaceScope:
    """The defaults of every channel."""

    team_id: str


@dataclass(frozen=True, slots=True)
class ChannelScope:
    """One channel."""

    team_id: str
    channel_id: str


Scope = WorkspaceScope | ChannelScope | ThreadRef


@dataclass(frozen=True, slots=True)
class RosterChanges:
    """What one scope changes of the panel that it inherits."""

    added: Mapping[ExpertName, Expert] = field(default_factory=dict)
    removed: frozenset[ExpertName] = frozenset()
    synthesis: Synthesis | None = None
    streaming: bool | None = None


def scopes(thread: ThreadRef) -> tuple[Scope, ...]:
    """Return the scopes that decide about *thread*, the widest first."""
    return (
        WorkspaceScope(thread.team_id),
        ChannelScope(thread.team_id, thread.channel_id),
        thread,
    )


def scopes_of(where: Scope) -> tuple[Scope, ...]:
    """Return the scopes that decide about *where*, the widest first."""
    match where:
        case ThreadRef():
            return scopes(where)
        case ChannelScope(team, _):
            return (WorkspaceScope(team), where)
        case WorkspaceScope():
            return (where,)


def origin(
    name: ExpertName, levels: Sequence[Scope], changes: Sequence[RosterChanges]
) -> Scope | None:
    """Return the narrowest of *levels* that has added the expert."""
    for level, change in zip(reversed(levels), reversed(changes), strict=True):
        if name in change.added:
            return level
    return None


def assemble(bundled: Iterable[Expert], changes: Iterable[RosterChanges]) -> Panel:
    """Return the panel that results from *changes*, the widest scope first."""
    experts = {expert.name: expert for expert in bundled}
    synthesis, streaming = Synthesis.AUTO, None
    for change in changes:
        experts = {name: e for name, e in experts.items() if name not in change.removed}
        experts |= change.added
        synthesis = change.synthesis or synthesis
        streaming = streaming if change.streaming is None else change.streaming
    return Panel(tuple(experts[name] for name in sorted(experts)), synthesis, streaming)


def check_name(name: str) -> ExpertName:
    """Return *name* as an expert's name, or raise Refused with what is wrong with it."""
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
        raise Refused(_own_word(name), field="name")
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
    """Return *expert* tidied, or raise Refused with what is wrong with it; *taken* as below."""
    return replace(
        expert,
        title=check_title(expert.title, taken),
        icon=_checked_icon(expert.icon),
        purpose=_checked_purpose(expert.purpose),
        instructions=_checked_instructions(expert),
        model=_checked_model(expert.model),
    )


def edited(before: Expert, form: Expert) -> Expert:
    """Return *before* as a form, which does not ask for everything, describes it."""
    if before.function:
        looks = replace(before, title=form.title, icon=form.icon, purpose=form.purpose)
        return replace(looks, consults=form.consults)
    same = replace(form, name=before.name, collections=before.collections)
    if not same.collections:  # there is nothing to look up
        same = replace(same, always_consult=before.always_consult)
    return same


def check_title(title: str, taken: Iterable[str]) -> str:
    """Return *title* tidied, or raise Refused if it cannot be a persona's name here.

    *taken* are the names that people, bots and other experts go by: an expert must not
    be mistaken for one of them.
    """
    tidy = " ".join(title.split())
    if problem := _unreadable(tidy) or _misleading(tidy, [*taken, "slack"]):
        raise Refused(problem, field="title")
    return tidy


def _unreadable(title: str) -> str:
    if not any(char.isalnum() for char in title):
        return gettext("An expert needs a name that people can read, for example `Tax Counsel`.")
    if len(title) > LONGEST_TITLE:
        return gettext("The display name may have at most {most} characters.", most=LONGEST_TITLE)
    if set(title) & set("<>@#!|`*_~\\") or not title.isprintable():
        return gettext(
            "The display name may not contain invisible characters or < > @ # ! | ` * _ ~ \\."
        )
    return ""


def _misleading(title: str, taken: Sequence[str]) -> str:
    if is_like(title, RESERVED):
        return _own_word(title)
    if is_like(title, taken):
        return gettext(
            "“{name}” is what somebody else here is called; please choose another name.", name=title
        )
    if _shape(title) in {_shape(other) for other in (*RESERVED, *taken)}:
        return gettext(
            "“{name}” looks like a name that is in use here; please choose another name.",
            name=title,
        )
    return ""


def _own_word(name: str) -> str:
    return gettext("“{name}” is a word of my own; please choose another name.", name=name)


def is_like(name: str, taken: Iterable[str]) -> bool:
    """Tell whether people would take *name* for one of *taken*: case and accents hide nothing."""
    return _key(name) in {_key(other) for other in taken}


def _key(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.casefold())
    return "".join(char for char in folded if char.isalnum())


def _shape(name: str) -> str:
    """Return what is left of *name* when letters that look the same are one letter."""
    bare = unicodedata.normalize("NFKD", name)
    return _key(bare.translate(_TWINS)).translate(_STROKES)


def _checked_icon(icon: str) -> str:
    match = _ICON.fullmatch(icon.strip().lower())
    if match is None:
        raise Refused(
            gettext("The icon is the name of an emoji with colons, for example `:scales:`."),
            field="icon",
        )
    return f":{match[1]}:"


def _checked_purpose(purpose: str) -> str:
    tidy = " ".join(purpose.split())
    if not 1 <= len(tidy) <= LONGEST_PURPOSE:
        raise Refused(
            gettext("What the expert is for takes 1 to {most} characters.", most=LONGEST_PURPOSE),
            field="purpose",
        )
    return tidy


def _checked_instructions(expert: Expert) -> str:
    tidy = expert.instructions.strip()
    least = 0 if expert.function else 1
    if not least <= len(tidy) <= LONGEST_INSTRUCTIONS:
        raise Refused(
            gettext(
                "The instructions take 1 to {most} characters.", most=number(LONGEST_INSTRUCTIONS)
            ),
            field="instructions",
        )
    return tidy


def _checked_model(model: str | None) -> str | None:
    if model and not _MODEL.fullmatch(model):
        raise Refused(
            gettext("The model is the name that its maker gives it, for example `gpt-6-luna`."),
            field="model",
        )
    return model or None


def suggestion(name: str, known: Sequence[str]) -> str:
    """Return a sentence that names the nearest of *known*, or an empty string."""
    near = get_close_matches(name.casefold(), known, n=3, cutoff=0.6)
    if not near:
        return ""
    names = listing([f"`{match}`" for match in near], "or")
    return " " + gettext("Did you mean {names}?", names=names)


def quoted(name: str) -> str:
    """Return *name* as it may stand in a code span."""
    return name.replace("`", "'")[:40]
