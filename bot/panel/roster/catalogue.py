"""The experts that this installation offers."""

from collections.abc import Sequence
from dataclasses import replace

from bot.panel.model import OPERATORS, Expert
from bot.panel.tools import NO_TOOLS, Toolbox


class Catalogue:
    """The *library* of experts to add, and the *defaults*, with the tools that *toolbox* has."""

    def __init__(
        self, library: Sequence[Expert], defaults: Sequence[Expert], toolbox: Toolbox = NO_TOOLS
    ) -> None:
        self.library = {one.name: _offered(one, toolbox) for one in library}
        self.defaults = tuple(_offered(one, toolbox) for one in defaults)
        self.toolbox = toolbox


def _offered(expert: Expert, toolbox: Toolbox) -> Expert:
    return replace(toolbox.restrict(expert), equipped_by=OPERATORS)
