"""Who is on a panel: the defaults, plus and minus what a channel and a thread have changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.panel.model import Expert, ExpertName, Panel, Synthesis, ThreadRef


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
    """Return the panel that results from applying *changes*, the widest scope's first."""
    experts = {expert.name: expert for expert in defaults}
    synthesis, streaming = Synthesis.AUTO, None
    for change in changes:
        experts = {name: e for name, e in experts.items() if name not in change.removed}
        experts |= change.added
        synthesis = change.synthesis or synthesis
        streaming = streaming if change.streaming is None else change.streaming
    return Panel(tuple(experts[name] for name in sorted(experts)), synthesis, streaming)
