"""The selection of experts, by the router and by experts who consult others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from bot.panel.journal.events import (
    ClosingStarted,
    ExpertCalled,
    Routed,
    RouterAsked,
    RouterBegan,
    StrangerCalled,
)
from bot.panel.model import Call, CallId, ExpertName

RoundEvent = RouterAsked | RouterBegan | ExpertCalled | StrangerCalled | Routed | ClosingStarted


@dataclass(frozen=True, slots=True)
class Round:
    """The progress of one selection."""

    asked: bool = False
    response: str = ""  # the latest one
    calls: tuple[Call, ...] = ()
    strangers: tuple[StrangerCalled, ...] = ()
    routed: Routed | None = None
    closing: bool = False
    anew: bool = False  # the conversation was lost after all had been called

    @property
    def called(self) -> bool:
        """Whether any expert, even an unknown one, was called."""
        return bool(self.calls or self.strangers)

    def forgotten_call(self, expert: ExpertName) -> Call | None:
        """Return a call of *expert* that is not in the conversation any more."""
        return next(
            (call for call in self.calls if call.expert == expert and call.known_as is None), None
        )

    def after(self, event: RoundEvent) -> "Round":
        """Return the round after *event*."""
        match event:
            case RouterAsked():  # an earlier response was lost with its calls
                forgotten = tuple(replace(call, known_as=None) for call in self.calls)
                anew = self.routed is not None
                return replace(self, asked=True, calls=forgotten, strangers=(), anew=anew)
            case RouterBegan(response):
                return replace(self, response=response)
            case ExpertCalled(call):
                return replace(self, calls=(*self.calls, call))
            case StrangerCalled():
                return replace(self, strangers=(*self.strangers, event))
            case Routed():
                return replace(self, routed=event)
            case ClosingStarted():
                return replace(self, closing=True)
            case _:
                assert_never(event)

    def adopted(self, call_id: CallId, known_as: CallId) -> "Round":
        """Return the round with the call in the conversation again, as *known_as*."""
        calls = (replace(c, known_as=known_as) if c.id == call_id else c for c in self.calls)
        return replace(self, calls=tuple(calls))


NOT_BEGUN = Round()
Rounds = Mapping[CallId | None, Round]  # by the call of the expert who selects; None: the router


def selector(event: RoundEvent) -> CallId | None:
    """Return the call of the expert whose selection it is; None: the router's."""
    return event.call.by if isinstance(event, ExpertCalled) else event.by


def calls_in(rounds: Rounds, by: CallId | None = None) -> Iterator[Call]:
    """Yield the calls made by *by*, each followed by those that its expert made."""
    for call in rounds.get(by, NOT_BEGUN).calls:
        yield call
        yield from calls_in(rounds, call.id)


def experts_to(call: Call, rounds: Rounds) -> tuple[ExpertName, ...]:
    """Return who consults whom, down to the expert of *call*."""
    above = next((other for other in calls_in(rounds) if other.id == call.by), None)
    return (*experts_to(above, rounds), call.expert) if above else (call.expert,)
