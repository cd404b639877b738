"""Experts who consult experts: whom each may ask, how deep, and never in a circle."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

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


def loop_from(name: ExpertName, experts: Mapping[ExpertName, Expert]) -> tuple[Expert, ...]:
    """Return the experts through whom *name* would come to consult itself; empty if it does not."""
    trails: list[tuple[Expert, ...]] = [(experts[name],)]
    seen: set[ExpertName] = set()
    while trails:
        trail = trails.pop()
        for asked in trail[-1].consults:
            if asked == name:
                return (*trail, experts[name])
            if asked in experts and asked not in seen:
                seen.add(asked)
                trails.append((*trail, experts[asked]))
    return ()
