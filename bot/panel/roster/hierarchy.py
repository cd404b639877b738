"""Experts who consult other experts: whom each may ask, how deep, and never in a cycle."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.language import gettext
from bot.panel.errors import Refused
from bot.panel.model import Expert, ExpertName, Panel


def consulted(panel: Panel, path: Sequence[ExpertName], levels: int) -> Panel:
    """Return the panel of those whom the last expert of *path* may ask; the router asks its first.

    Whatever the experts' definitions say, nobody on the path is among them, and nobody at all
    once the path has *levels* experts.
    """
    expert = panel.find(path[-1])
    if expert is None or expert.function or len(path) >= levels:
        return replace(panel, experts=())
    names = set(expert.consults) - set(path)
    return replace(panel, experts=tuple(one for one in panel.experts if one.name in names))


def check_consulted(expert: Expert, others: Panel) -> Expert:
    """Return *expert* with its colleagues sorted, without those who have left the panel.

    Raises Refused if it would end up consulting itself through *others*, or cannot consult.
    """
    if expert.function and expert.consults:
        raise Refused(
            gettext("{expert} is a function: it cannot consult other experts.", expert=expert.title)
        )
    if expert.name in expert.consults:
        raise Refused(gettext("An expert cannot consult itself."), field="consults")
    known = {one.name: one for one in others.experts}
    names = tuple(sorted(name for name in set(expert.consults) if name in known))
    checked = replace(expert, consults=names)
    if cycle := _cycle(checked, known):
        way = " → ".join(one.title for one in cycle)
        raise Refused(
            gettext(
                "{expert} would end up consulting itself: {way}.", expert=checked.title, way=way
            ),
            field="consults",
        )
    return checked


def _cycle(first: Expert, others: Mapping[ExpertName, Expert]) -> tuple[Expert, ...]:
    paths: list[tuple[Expert, ...]] = [(first,)]
    visited: set[ExpertName] = set()
    while paths:
        path = paths.pop()
        for name in path[-1].consults:
            if name == first.name:
                return (*path, first)
            if name in others and name not in visited:
                visited.add(name)
                paths.append((*path, others[name]))
    return ()
