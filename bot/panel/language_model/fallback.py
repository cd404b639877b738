"""Other models, for while the one that is wanted is gone or has too much to do.

What is known of each model is kept in this process, and for a while only: one that is out is not
asked by anybody; then a single request tries it, and the others go on without it until that one
has its answer.
"""

import logging
from collections.abc import Callable, Iterable, Sequence

from bot import runtime
from bot.panel import observing
from bot.panel.errors import ModelFault, ModelOverloaded, ModelRefused, PanelError
from bot.panel.observing import Measure

log = logging.getLogger(__name__)

BUSY = 60.0  # seconds that a model is out that has too much to do
GONE = 600.0  # that one is out which does not exist: somebody has to change something
TRIAL = 60.0  # that a single request has for finding out


class Fallbacks:
    """The *models* to take instead, in their order, and which are out."""

    def __init__(
        self, models: Sequence[str] = (), *, clock: Callable[[], float] = runtime.monotonic
    ) -> None:
        self._models = tuple(models)
        self._clock = clock
        self._out: dict[str, float] = {}  # until when

    def choose(self, wanted: str) -> "Choice":
        """Return the choice of a model for one request that would be *wanted*'s."""
        return Choice(self, tuple(dict.fromkeys((wanted, *self._models))))

    def first(self, models: Iterable[str]) -> str | None:
        """Return the first of *models* that is not out; one whose time is over is on trial then."""
        for model in models:
            until = self._out.get(model)
            if until is None:
                return model
            if until <= self._clock():
                self._out[model] = self._clock() + TRIAL
                return model
        return None

    def is_doubtful(self, model: str) -> bool:
        """Whether *model* has failed, and not answered since."""
        return model in self._out

    def failed(self, model: str, seconds: float) -> None:
        """Leave *model* out for so many *seconds*."""
        self._out[model] = self._clock() + seconds

    def answered(self, model: str) -> None:
        """Take *model* again from now on."""
        self._out.pop(model, None)


class Choice:
    """The model of one request: the first that is not out, and the next whenever it fails."""

    def __init__(self, fallbacks: Fallbacks, models: Sequence[str]) -> None:
        self._fallbacks = fallbacks
        self._models = models
        self._tried: set[str] = set()
        self.model = fallbacks.first(models) or models[0]

    @property
    def replaced(self) -> str:
        """The model that answers, if it is not the one that was wanted."""
        return self.model if self.model != self._models[0] else ""

    @property
    def is_on_trial(self) -> bool:
        """Whether the model is not worth waiting for: there are others, and it failed lately."""
        return len(self._models) > 1 and self._fallbacks.is_doubtful(self.model)

    def give_way(self, error: PanelError) -> bool:
        """Take the next model; False if there is none, or *error* is not one of the model's."""
        match error:
            case ModelRefused(fault=ModelFault.MODEL):
                seconds = GONE
            case ModelOverloaded(after=after):
                seconds = max(BUSY, after or 0)
            case _:
                return False
        self._fallbacks.failed(self.model, seconds)
        self._tried.add(self.model)
        other = self._fallbacks.first(one for one in self._models if one not in self._tried)
        if other is None:
            return False
        details = {"model": self.model, "instead": other, "reason": str(error)}
        log.warning("model.replaced", extra=details)
        observing.count(Measure.MODEL_REPLACED, model=self.model)
        self.model = other
        return True

    def answered(self) -> None:
        """Note that the model has answered."""
        self._fallbacks.answered(self.model)
