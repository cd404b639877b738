"""The experts that this installation offers."""

from collections.abc import Sequence

from bot.panel.model import Expert
from bot.panel.tools import NO_TOOLS, Toolbox


class Catalogue:
    """The *library* of experts that can be added by name, and those every workspace starts with.

    They lose the tools that *toolbox* does not have.
    """

    def __init__(
        self, library: Sequence[Expert], defaults: Sequence[Expert], toolbox: Toolbox = NO_TOOLS
    ) -> None:
        self.library = {expert.name: toolbox.restrict(expert) for expert in library}
        self.defaults = tuple(toolbox.restrict(expert) for expert in defaults)
        self.toolbox = toolbox
