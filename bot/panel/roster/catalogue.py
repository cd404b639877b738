"""The experts that this installation offers."""

from collections.abc import Sequence
from dataclasses import replace

from bot.panel.model import OPERATORS, Expert
from bot.panel.tools import NO_TOOLS, Toolbox


class Catalogue:
    """The *library* of experts that can be added by name, and those every workspace starts with.

    They lose the tools that *toolbox* does not have.
    """

    def __init__(
        self, library: Sequence[Expert], defaults: Sequence[Expert], toolbox: Toolbox = NO_TOOLS
    ) -> None:
        self.library = {one.name: _offered(one, toolbox) for one in library}
        self.defaults = tuple(_offered(one, toolbox) for one in defaults)
        self.toolbox = toolbox


def _offered(expert: Expert, toolbox: Toolbox) -> Expert:
    return replace(toolbox.restrict(expert), equipped_by=OPERATORS)
