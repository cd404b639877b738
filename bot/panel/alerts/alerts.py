"""What is told to whoever runs the bot: once, however many processes notice it, and how often."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bot.panel.errors import ModelFault, ModelRefused, StoreUnavailable

log = logging.getLogger(__name__)

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0  # seconds


class AlertKind(StrEnum):
    """What people are to be told of."""

    DEAD_LETTERS = "dead-letters"  # turns that were given up
    KEY_REFUSED = "key-refused"  # about the setting that has the key or token
    NO_CREDIT = "no-credit"  # on the account of the models
    MODEL_GONE = "model-gone"  # about the model
    MODEL_ENDS = "model-ends"  # about the model; *date*: when
    BUDGET = "budget"  # about whose, when and how much; *limit*, *percent* spent, *date* it ends
    EXPIRING = "token-expires"  # a token, about the setting; *date*: when
    REINSTALL = "reinstall"  # the token of an installation, about its key; *link*: where
    SCOPES = "scopes-missing"  # of an installation; *scopes*: which; *link*: where to allow them


@dataclass(frozen=True, slots=True)
class Repeats:
    """When the same alert is told again, in seconds; 0: never for this reason."""

    when_quiet: float = 0  # it was raised again after so long a time without
    when_old: float = 0  # it is raised still, so long after it was told


_REPEATS = {
    AlertKind.BUDGET: Repeats(),
    AlertKind.MODEL_ENDS: Repeats(when_old=7 * DAY),
    AlertKind.EXPIRING: Repeats(when_old=DAY),
    AlertKind.SCOPES: Repeats(when_old=30 * DAY),
}
_USUAL_REPEATS = Repeats(when_quiet=HOUR, when_old=DAY)


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to tell. The same *kind* *about* the same is told once; *details* are the last."""

    kind: AlertKind
    about: str = ""  # a name of ours, of a setting or a model; never a secret, or content
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.kind} {self.about}"

    @property
    def repeats(self) -> Repeats:
        return _REPEATS.get(self.kind, _USUAL_REPEATS)


class AlertStore(Protocol):
    """Which alerts there are, in each workspace. Every method may raise StoreUnavailable."""

    async def note(self, team_id: str, alert: Alert, count: int, *, after: float) -> bool:
        """Add *count* to *alert*, to be told *after* seconds; False if it is, or was lately."""

    async def forget(self, team_id: str, alert: Alert) -> None:
        """Forget *alert*, told or not: the next time that it is noted, it is told."""


class Alerts:
    """Where all parts of the bot say what people have to be told of, in one workspace."""

    def __init__(self, store: AlertStore, team_id: str) -> None:
        self._store = store
        self._team_id = team_id

    async def tell(
        self, kind: AlertKind, about: str = "", *, count: int = 1, after: float = 0, **details: str
    ) -> None:
        """Have it told once, by some worker, *after* seconds in which more of it may be counted.

        It is a note in the store and no more, and never fails: what cannot be noted is logged.
        """
        try:
            is_new = await self._store.note(
                self._team_id, Alert(kind, about, details), count, after=after
            )
        except StoreUnavailable as error:
            extra = {"alert": kind, "about": about, "reason": str(error)}
            log.warning("alert.not_noted", extra=extra)
            return
        if is_new:
            log.warning("alert.raised", extra={"alert": kind, "about": about, **details})

    async def over(self, kind: AlertKind, about: str = "") -> None:
        """Take back what is well again: it is not told any more, but as soon as it comes back."""
        try:
            await self._store.forget(self._team_id, Alert(kind, about))
        except StoreUnavailable as error:
            log.warning("alert.not_noted", extra={"alert": kind, "reason": str(error)})

    async def model_refused(self, refusal: ModelRefused, model: str) -> None:
        """Have it told if no asker can mend it; *model* is empty where none was asked."""
        match refusal.fault:
            case ModelFault.ACCESS | ModelFault.FORBIDDEN:
                await self.tell(AlertKind.KEY_REFUSED, "OPENAI_API_KEY")
            case ModelFault.QUOTA:
                await self.tell(AlertKind.NO_CREDIT)
            case ModelFault.MODEL if model:
                await self.tell(AlertKind.MODEL_GONE, model)
