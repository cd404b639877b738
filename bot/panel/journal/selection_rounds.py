"""Choosing experts, as far as it has come: the router's, and that of experts who consult others."""

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
    """What one who chooses experts has come to."""

    asked: bool = False
    response: str = ""  # the last one that has begun
    calls: tuple[Call, ...] = ()
    strangers: tuple[StrangerCalled, ...] = ()
    routed: Routed | None = None
    closing: bool = False
    anew: bool = False  # the conversation was lost when all had been called

    @property
    def called(self) -> bool:
        """Whether there is anything to tell the one who chooses."""
        return bool(self.calls or self.strangers)

    def forgotten_call(self, expert: ExpertName) -> Call | None:
        """Return a call of *expert* whose request the conversation no longer holds."""
        return next(
            (call for call in self.calls if call.expert == expert and call.known_as is None), None
        )

    def after(self, event: RoundEvent) -> "Round":
        """Return the round once *event* has happened."""
        match event:
            case RouterAsked():  # an earlier response is lost, and its calls with it
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
        """Return the round once the call is one of the conversation's again."""
        calls = (replace(c, known_as=known_as) if c.id == call_id else c for c in self.calls)
        return replace(self, calls=tuple(calls))


NOT_BEGUN = Round()
Rounds = Mapping[CallId | None, Round]  # by the call of the expert who chooses; None: the router


def chooser(event: RoundEvent) -> CallId | None:
    """Return the call of the expert whose round it is; None if it is the router's."""
    return event.call.by if isinstance(event, ExpertCalled) else event.by


def calls_in(rounds: Rounds, by: CallId | None = None) -> Iterator[Call]:
    """Yield all calls from *by* down, each before those that its expert has made."""
    for call in rounds.get(by, NOT_BEGUN).calls:
        yield call
        yield from calls_in(rounds, call.id)


def experts_to(call: Call, rounds: Rounds) -> tuple[ExpertName, ...]:
    """Return who consults whom, down to the expert of *call*."""
    above = next((other for other in calls_in(rounds) if other.id == call.by), None)
    return (*experts_to(above, rounds), call.expert) if above else (call.expert,)
