"""Corrections in memory."""

from collections.abc import Callable, Collection, Sequence

from bot.panel.routing.corrections import MOST, Correction, CorrectionStore

_SHARED = "shared"


class FakeCorrectionStore(CorrectionStore):
    """Keeps them by channel, in the order of their turns."""

    def __init__(self) -> None:
        self.places: dict[tuple[str, str], dict[str, Correction]] = {}

    async def keep(self, team_id: str, correction: Correction, *, shared: bool) -> None:
        for place in (correction.channel_id, *([_SHARED] if shared else ())):
            kept = {**self.places.get((team_id, place), {}), correction.id: correction}
            newest = sorted(kept, key=_time_of)[-MOST:]
            self.places[team_id, place] = {id_: kept[id_] for id_ in newest}

    async def of_channel(
        self, team_id: str, channel_id: str, *, shared: bool
    ) -> Sequence[Correction]:
        places = (channel_id, *([_SHARED] if shared else ()))
        return self._of([(team_id, place) for place in places])

    async def count(self, team_id: str, channels: Collection[str]) -> int:
        return sum(len(self.places.get((team_id, channel), ())) for channel in channels)

    async def of_team(self, team_id: str) -> Sequence[Correction]:
        return self._of([place for place in self.places if place[0] == team_id])

    async def forget(
        self, team_id: str, matches: Callable[[Correction], bool], channel_id: str = ""
    ) -> int:
        forgotten = set[str]()
        for (team, place), kept in self.places.items():
            if team != team_id or (channel_id and place not in (channel_id, _SHARED)):
                continue
            for id_ in [id_ for id_, one in kept.items() if matches(one)]:
                del kept[id_]
                forgotten.add(id_)
        return len(forgotten)

    def _of(self, places: Sequence[tuple[str, str]]) -> Sequence[Correction]:
        found = {id_: one for place in places for id_, one in self.places.get(place, {}).items()}
        return [found[id_] for id_ in sorted(found, key=_time_of)]


def _time_of(id_: str) -> float:
    return float(id_.split(":")[2].partition(" ")[0])
