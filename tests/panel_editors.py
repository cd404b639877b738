"""Panel editors, put together from their parts."""

from collections.abc import Sequence

from bot.panel.messaging.people import People
from bot.panel.model import Expert, UserId
from bot.panel.roster.catalogue import Catalogue
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.panel_store import PanelStore
from bot.panel.roster.rights import Rights
from bot.panel.tools import NO_TOOLS, Toolbox


def panel_editor(
    panels: PanelStore,
    people: People,
    library: Sequence[Expert] = (),
    defaults: Sequence[Expert] = (),
    *,
    admins: frozenset[UserId] = frozenset(),
    toolbox: Toolbox = NO_TOOLS,
    kept_in: str = "",
) -> PanelEditor:
    """Return what reads and changes the panels in *panels*."""
    rights = Rights(people, admins, kept_in)
    return PanelEditor(panels, people, Catalogue(library, defaults, toolbox), rights)
