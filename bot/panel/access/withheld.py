"""What the defaults' experts go without in channels that are shared with other organisations."""

from dataclasses import replace

from bot.panel.access.access import Access
from bot.panel.model import Expert, ExpertName, Panel, ThreadRef
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import WorkspaceScope


async def panel_of(
    thread: ThreadRef, panels: PanelEditor, access: Access
) -> tuple[Panel, frozenset[ExpertName]]:
    """Return the panel of *thread* as it may answer there, and who goes without something."""
    panel = await panels.equipped_panel(thread)
    has_any = any(expert.collections or expert.tools for expert in panel.experts)
    if not has_any or not await access.withholds(thread.channel_id):
        return panel, frozenset()
    return _without(panel, await panels.panel(WorkspaceScope(thread.team_id)))


def _without(panel: Panel, defaults: Panel) -> tuple[Panel, frozenset[ExpertName]]:
    """Return *panel* without what is of the *defaults*, and the names of those who lack it.

    Whoever edits an expert of the defaults in a channel copies it: its documents and tools stay the
    defaults'.
    """
    collections = {one for expert in defaults.experts for one in expert.collections}
    tools = {expert.name: expert.tools for expert in defaults.experts}

    def stripped(expert: Expert) -> Expert:
        return replace(
            expert,
            collections=tuple(one for one in expert.collections if one not in collections),
            tools=tuple(one for one in expert.tools if one not in tools.get(expert.name, ())),
        )

    experts = tuple(map(stripped, panel.experts))
    lacking = (old.name for old, new in zip(panel.experts, experts, strict=True) if old != new)
    return replace(panel, experts=experts), frozenset(lacking)
