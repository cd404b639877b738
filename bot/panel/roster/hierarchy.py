"""Experts who consult experts: whom each may ask, how deep, and never in a circle."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.language import gettext
from bot.panel.errors import Refused
from bot.panel.model import Expert, ExpertName, Panel


def consulted(panel: Panel, path: Sequence[ExpertName], levels: int) -> Panel:
    """Return whom the last expert of *path* may ask, its first being asked by the router.

    Nobody on the path itself, and nobody where that would be more than so many *levels* of
    experts: whatever their definitions say.
    """
    expert = panel.find(path[-1])
    if expert is None or expert.function or len(path) >= levels:
        return replace(panel, experts=())
    wanted = set(expert.consults) - set(path)
    return replace(panel, experts=tuple(one for one in panel.experts if one.name in wanted))


def check_consulted(expert: Expert, others: Panel) -> Expert:
    """Return *expert*, its colleagues in order and those who have left the panel left out.

    Raises Refused if it would come to consult itself through *others*, or cannot consult.
    """
    if expert.function and expert.consults:
        raise Refused(
            gettext("{expert} is a function: it cannot consult other experts.", expert=expert.title)
        )
    if expert.name in expert.consults:
        raise Refused(gettext("An expert cannot consult itself."), field="consults")
    known = {one.name: one for one in others.experts}
    names = tuple(sorted(name for name in set(expert.consults) if name in known))
    tidy = replace(expert, consults=names)
    if circle := _circle(tidy, known):
        way = " → ".join(one.title for one in circle)
        raise Refused(
            gettext("{expert} would come to consult itself: {way}.", expert=tidy.title, way=way),
            field="consults",
        )
    return tidy


def _circle(first: Expert, others: Mapping[ExpertName, Expert]) -> tuple[Expert, ...]:
    """Return the way on which *first* would come to consult itself; empty if there is none."""
    ways: list[tuple[Expert, ...]] = [(first,)]
    seen: set[ExpertName] = set()
    while ways:
        way = ways.pop()
        for name in way[-1].consults:
            if name == first.name:
                return (*way, first)
            if name in others and name not in seen:
                seen.add(name)
                ways.append((*way, others[name]))
    return ()
