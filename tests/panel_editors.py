"""Panel editors, put together from their parts."""

from collections.abc import Sequence

from bot.panel.messaging.people import People
from bot.panel.model import Expert, UserId
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.panel_reader import Catalogue
from bot.panel.roster.panel_store import PanelStore
from bot.panel.roster.rights import Rights
from bot.panel.tools import NO_TOOLS, Toolbox
from tests.fakes.audit_log import FakeAuditLog, auditor


def panel_editor(
    panels: PanelStore,
    people: People,
    library: Sequence[Expert] = (),
    defaults: Sequence[Expert] = (),
    *,
    admins: frozenset[UserId] = frozenset(),
    toolbox: Toolbox = NO_TOOLS,
    kept_in: str = "",
    audit_log: FakeAuditLog | None = None,
    models: frozenset[str] = frozenset(),
) -> PanelEditor:
    """Return what reads and changes the panels in *panels*."""
    rights = Rights(people, auditor(audit_log), admins, kept_in, models)
    return PanelEditor(
        panels, people, Catalogue(library, defaults, toolbox), rights, auditor(audit_log)
    )
