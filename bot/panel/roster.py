"""Who is on a panel: the defaults, plus and minus what a channel and a thread changed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from bot.panel.errors import Refused
from bot.panel.model import Expert, ExpertName, Panel, Synthesis, ThreadRef

LONGEST_NAME = 24  # a hundred experts' names and conversations must fit OpenAI's metadata
LONGEST_TITLE = 40
LONGEST_PURPOSE = 200
LONGEST_INSTRUCTIONS = 3_000  # what one input of a Slack modal holds
MOST_EXPERTS = 100

_COMMANDS = {"add", "default", "edit", "help", "mute", "remove", "show", "stop", "teach", "unmute"}
_GROUPS = {"all", "channel", "everybody", "everyone", "expert", "experts", "group", "here"}
_OURSELVES = {"bot", "panel", "panelbot", "router", "slackbot", "synthesis"}
RESERVED = frozenset(_COMMANDS | _GROUPS | _OURSELVES)
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


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


def scopes(thread: ThreadRef) -> tuple[Scope, ...]:
    """Return the scopes that decide about *thread*, the widest first."""
    return (
        WorkspaceScope(thread.team_id),
        ChannelScope(thread.team_id, thread.channel_id),
        thread,
    )


def assemble(bundled: Iterable[Expert], changes: Iterable[RosterChanges]) -> Panel:
    """Return the panel that results from *changes*, the widest scope first."""
    experts = {expert.name: expert for expert in bundled}
    synthesis = Synthesis.AUTO
    for change in changes:
        experts = {name: e for name, e in experts.items() if name not in change.removed}
        experts |= change.added
        synthesis = change.synthesis or synthesis
    return Panel(tuple(experts[name] for name in sorted(experts)), synthesis)


def check_name(name: str) -> ExpertName:
    """Return *name* as an expert's name, or raise Refused with what is wrong with it."""
    if len(name) > LONGEST_NAME:
        raise Refused(
            f"A name may have at most {LONGEST_NAME} characters; that one has {len(name)}."
        )
    if name in RESERVED:
        raise Refused(f"“{name}” is a word of my own; please choose another name.")
    if not _NAME.fullmatch(name):
        raise Refused(
            "A name is made of lower-case letters, digits and single hyphens, and begins with "
            "a letter, for example `tax-law`."
        )
    return ExpertName(name)


def check_title(title: str, taken: Iterable[str]) -> str:
    """Return *title* tidied, or raise Refused if it cannot be a persona's name here.

    *taken* are the names that people and bots of the workspace go by: an expert must
    not be mistaken for one of them.
    """
    tidy = " ".join(title.split())
    if not tidy or not any(char.isalnum() for char in tidy):
        raise Refused("An expert needs a name that people can read, for example `Tax Counsel`.")
    if len(tidy) > LONGEST_TITLE:
        raise Refused(f"The display name may have at most {LONGEST_TITLE} characters.")
    if set(tidy) & set("<>@#!|`*_~\\") or not tidy.isprintable():
        raise Refused(
            "The display name may not contain control characters or any of < > @ # ! | ` * _ ~ \\."
        )
    if _key(tidy) in {_key(name) for name in taken} | {"slackbot", "slack"}:
        raise Refused(f"“{tidy}” is somebody's name in this workspace; please choose another.")
    return tidy


def _key(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def suggestion(name: str, known: Sequence[str]) -> str:
    """Return a sentence that names the nearest of *known*, or an empty string."""
    near = get_close_matches(name.casefold(), known, n=3, cutoff=0.6)
    return f" Did you mean {' or '.join(f'`{match}`' for match in near)}?" if near else ""
