"""Telling alerts: the chores of those workers that have nothing better to do.

Before an alert is posted it is noted that it is about to be, and after a failure or a dead worker
it is looked for before it is posted again.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.language import in_language
from bot.operations.chores import Chore, ChoreKind, ChoreStore, Do
from bot.operations.queue_admin import QueueAdmin
from bot.panel.alerts import alert_texts
from bot.panel.alerts.alerts import HOUR, AlertKind, Alerts, AlertStore
from bot.panel.errors import MessengerRefused, Refused
from bot.panel.messaging.locales import Locales
from bot.panel.model import UserId

log = logging.getLogger(__name__)

DEAD_LETTERS, SERVICES = "dead-letters", "services"  # what is watched
_LETTERS_EVERY, _SERVICES_EVERY = 20.0, 6 * HOUR  # seconds
_COUNTED_FOR = 20.0  # seconds in which more dead letters are counted, before they are told


@dataclass(frozen=True, slots=True)
class NotedAlert:
    """An alert that is to be told."""

    details: Mapping[str, str]
    count: int
    since: float  # seconds since 1970
    was_tried: bool  # somebody was about to tell it, and may have


class ToldAlertStore(AlertStore, ChoreStore, Protocol):
    """The alerts for those who tell them."""

    async def begin(self, team_id: str, name: str) -> NotedAlert | None:
        """Note that the alert is about to be told; None if it was, or is over."""

    async def told(self, team_id: str, name: str) -> None:
        """Note that it was told."""

    async def looked(self, team_id: str) -> float:
        """Return until when dead letters were counted, by the store's clock."""

    async def note_looked(self, team_id: str, until: float) -> None:
        """Note that they were counted until then."""


class AlertPoster(Protocol):
    """Posts alerts outside threads. Every method may raise MessengerUnavailable."""

    async def post(self, place: str, text: str, ref: str) -> None:
        """Post Markdown in a channel, or to a person. Raises MessengerRefused."""

    async def has_posted(self, place: str, ref: str, since: float) -> bool:
        """Whether *ref* is there, posted *since* then; False also where that cannot be read."""


@dataclass(frozen=True, slots=True)
class Readers:
    """Who is told: ids of channels and people, else of *admins*; without any, only the log."""

    places: Sequence[str]
    admins: Sequence[str]
    language: str = ""  # of channels


class Alerting:
    """Watches and tells. *examine_services* tells alerts of what will end."""

    def __init__(
        self,
        store: ToldAlertStore,
        alerts: Alerts,
        poster: AlertPoster,
        readers: Readers,
        locales: Locales,
        queue: QueueAdmin,
        examine_services: Callable[[], Awaitable[None]],
    ) -> None:
        self._store = store
        self._alerts = alerts
        self._poster = poster
        self._readers = readers
        self._locales = locales
        self._queue = queue
        self._examine_services = examine_services

    @property
    def ways(self) -> Mapping[ChoreKind, Do]:
        return {ChoreKind.WATCH: self.watch, ChoreKind.ALERT: self.tell}

    async def begin(self, team_id: str) -> None:
        """Let workers watch the workspace from now on."""
        for about in (DEAD_LETTERS, SERVICES):
            await self._store.put(Chore(ChoreKind.WATCH, team_id, about=about))

    async def watch(self, chore: Chore) -> float:
        """Look for what has to be told; returns in how many seconds to look again."""
        if chore.about == SERVICES:
            await self._examine_services()
            return _SERVICES_EVERY
        count, until = await self._queue.buried_after(await self._store.looked(chore.team_id))
        if count:
            await self._alerts.tell(AlertKind.DEAD_LETTERS, count=count, after=_COUNTED_FOR)
            await self._store.note_looked(chore.team_id, until)
        elif not until:
            await self._alerts.over(AlertKind.DEAD_LETTERS)
        return _LETTERS_EVERY

    async def tell(self, chore: Chore) -> None:
        """Tell an alert. Raises Refused if Slack lets it be told to nobody."""
        name, _, about = chore.about.partition(" ")
        if name not in {*AlertKind}:
            raise Refused(f"only a newer version can tell {name}")
        if (noted := await self._store.begin(chore.team_id, chore.about)) is None:
            return
        alert = _Telling(AlertKind(name), about, noted)
        if not await self._tell_places(alert):
            raise Refused(f"nobody could be told {name}: see alert.refused")
        await self._store.told(chore.team_id, chore.about)

    async def _tell_places(self, alert: "_Telling") -> bool:
        places, admins = self._readers.places, self._readers.admins
        if not (places or admins):
            log.warning("alert", extra={"about": alert.about, "what": alert.text("en")})
            return True
        for some in filter(None, (places, admins)):
            told = [await self._tell(alert, place) for place in some]
            if any(told):
                return True
        return False

    async def _tell(self, alert: "_Telling", place: str) -> bool:
        if alert.noted.was_tried and await self._poster.has_posted(
            place, alert.ref, alert.noted.since
        ):
            return True
        try:
            await self._poster.post(place, alert.text(await self._language(place)), alert.ref)
        except MessengerRefused as error:
            log.warning("alert.refused", extra={"place": place, "reason": str(error)})
            return False
        return True

    async def _language(self, place: str) -> str:
        if self._readers.language or not place.startswith(("U", "W")):
            return self._readers.language
        return await self._locales.locale(UserId(place))


@dataclass(frozen=True, slots=True)
class _Telling:
    kind: AlertKind
    about: str
    noted: NotedAlert

    @property
    def ref(self) -> str:
        return f"{self.kind} {self.about} {self.noted.since}"

    def text(self, language: str) -> str:
        with in_language(language):
            return alert_texts.text(self.kind, self.about, self.noted.details, self.noted.count)
