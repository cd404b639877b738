"""Menus of experts: with all as options, or searched while people type if these are too many."""

from collections.abc import Sequence

from bot.adapters.slack.blocks.elements import option, plain_text, shortened
from bot.json_types import Json
from bot.panel.model import Expert

MOST_OPTIONS = 100  # in a menu, of what is found, and chosen from the start
_LONGEST = 75


def menu(
    action_id: str, placeholder: str, options: Sequence[Json], chosen: Sequence[Json] | None = None
) -> Json:
    """Return a menu of *options*; one in which several may be chosen if some are *chosen* already.

    Slack asks for the options of a large one as people type: see ``expert_search``.
    """
    is_small = len(options) <= MOST_OPTIONS
    several = "" if chosen is None else "multi_"
    return {
        "type": f"{several}{'static' if is_small else 'external'}_select",
        "action_id": action_id,
        "placeholder": plain_text(placeholder),
        **({"options": list(options)} if is_small else {"min_query_length": 0}),
        **({"initial_options": list(chosen[:MOST_OPTIONS])} if chosen else {}),
    }


def described(expert: Expert) -> Json:
    return option(
        shortened(expert.title, _LONGEST), expert.name, shortened(expert.purpose, _LONGEST)
    )
