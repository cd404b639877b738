"""Who is on a panel: the defaults, plus and minus what a channel and a thread have changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.panel.model import Expert, ExpertName, Panel, Synthesis, ThreadRef, WhenUnsure
from bot.panel.roster.expert_checks import MOST_EXPERTS


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
    """How one scope differs from the panel that it inherits."""

    added: Mapping[ExpertName, Expert] = field(default_factory=dict)
    removed: frozenset[ExpertName] = frozenset()
    synthesis: Synthesis | None = None
    streaming: bool | None = None
    unsure: WhenUnsure | None = None
    budgets: str = ""  # of the workspace, as they are written; only the widest scope has them
    rules: str | None = None  # for whom the router asks, besides those it inherits


class Setting(StrEnum):
    """What a scope can set, by the field of RosterChanges that has it."""

    SYNTHESIS = "synthesis"
    STREAMING = "streaming"
    UNSURE = "unsure"
    RULES = "rules"
    BUDGETS = "budgets"


SettingValue = Synthesis | WhenUnsure | bool | str | None


def scopes_of(scope: Scope) -> tuple[Scope, ...]:
    """Return *scope* and the scopes that it inherits from, the widest first."""
    match scope:
        case ThreadRef(team, channel, _):
            return (WorkspaceScope(team), ChannelScope(team, channel), scope)
        case ChannelScope(team, _):
            return (WorkspaceScope(team), scope)
        case WorkspaceScope():
            return (scope,)


def origin(
    name: ExpertName, scopes: Sequence[Scope], changes: Sequence[RosterChanges]
) -> Scope | None:
    """Return the narrowest of *scopes* that has added the expert."""
    for scope, change in zip(reversed(scopes), reversed(changes), strict=True):
        if name in change.added:
            return scope
    return None


def assemble(defaults: Iterable[Expert], changes: Iterable[RosterChanges]) -> Panel:
    """Return the panel that results from applying *changes*, the widest scope's first.

    A panel that is too large all the same goes on with as many as it may have: the narrowest
    scope's own before those that it inherits, and then by name.
    """
    experts = _from_last(defaults)
    synthesis, streaming, budgets, rules = Synthesis.AUTO, None, "", list[str]()
    unsure: WhenUnsure | None = None
    for change in changes:
        gone = change.removed | change.added.keys()
        experts = {name: e for name, e in experts.items() if name not in gone}
        experts |= _from_last(change.added.values())
        synthesis = change.synthesis or synthesis
        streaming = streaming if change.streaming is None else change.streaming
        unsure = change.unsure or unsure
        budgets = change.budgets or budgets
        rules += [change.rules] if change.rules else []
    kept = sorted([*experts][-MOST_EXPERTS:])
    left_out = len(experts) - len(kept)
    panel = tuple(experts[name] for name in kept)
    return Panel(panel, synthesis, streaming, unsure, left_out, tuple(rules), budgets=budgets)


def _from_last(experts: Iterable[Expert]) -> dict[ExpertName, Expert]:
    return {one.name: one for one in sorted(experts, key=lambda one: one.name, reverse=True)}


def size(defaults: Iterable[Expert], changes: Iterable[RosterChanges]) -> int:
    """Return how many experts a panel would have if there were no limit."""
    panel = assemble(defaults, changes)
    return len(panel.experts) + panel.left_out


def with_expert(changes: RosterChanges, expert: Expert) -> RosterChanges:
    """Return *changes* as they are once *expert* is added."""
    added = {**changes.added, expert.name: expert}
    return replace(changes, added=added, removed=changes.removed - {expert.name})
