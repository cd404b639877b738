"""The selection of experts, by the router and by experts who consult others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

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
    calls: tuple[Call, ...] = ()  # each is a consultation
    joined: tuple[Call, ...] = ()  # calls that others answer, too
    strangers: tuple[StrangerCalled, ...] = ()
    answered: tuple[StrangerCalled, ...] = ()  # unknown experts, before the model chose once more
    routed: Routed | None = None
    closing: bool = False
    repeated: bool = False  # what it was asked last: an earlier try may arrive as well
    anew: bool = False  # the conversation was lost after all had been called

    @property
    def called(self) -> bool:
        """Whether any expert, even an unknown one, was called."""
        return bool(self.calls or self.strangers)

    @property
    def all_calls(self) -> tuple[Call, ...]:
        return self.calls + self.joined

    @property
    def may_choose_again(self) -> bool:
        """Whether it has called nobody but unknown experts, for the first time."""
        unknown = [stranger for stranger in self.strangers if not stranger.limit]
        return bool(unknown) and not (self.all_calls or self.answered)

    def calls_of(self, expert: ExpertName) -> tuple[Call, ...]:
        return tuple(call for call in self.all_calls if call.expert == expert)

    def joined_to(self, call: Call) -> tuple[Call, ...]:
        return tuple(other for other in self.joined if other.joins == call.id)

    @property
    def is_cut(self) -> bool:
        """Whether the response was cut off: nobody knows what the conversation holds of it."""
        return self.routed is not None and self.routed.cut

    def after(self, event: RoundEvent) -> "Round":
        match event:
            case RouterAsked():  # an earlier response was lost with its calls
                return self._asked_anew(event)
            case RouterBegan(response):
                return replace(self, response=response)
            case ExpertCalled(call) if call.joins:
                return replace(self, joined=(*self.joined, call))
            case ExpertCalled(call):
                return replace(self, calls=(*self.calls, call))
            case StrangerCalled():
                return replace(self, strangers=(*self.strangers, event))
            case Routed():
                return replace(self, routed=event, repeated=False)
            case ClosingStarted():
                return replace(self, closing=True, repeated=self.closing)

    def adopted(self, call_id: CallId, known_as: CallId) -> "Round":
        """Return the round with the call in the conversation again, as *known_as*."""

        def known(calls: tuple[Call, ...]) -> tuple[Call, ...]:
            return tuple(replace(c, known_as=known_as) if c.id == call_id else c for c in calls)

        return replace(self, calls=known(self.calls), joined=known(self.joined))

    def _asked_anew(self, event: RouterAsked) -> "Round":
        strangers = (*self.answered, *self.strangers)
        return replace(
            self,
            asked=True,
            repeated=self.asked,
            calls=tuple(replace(call, known_as=None) for call in self.calls),
            joined=tuple(replace(call, known_as=None) for call in self.joined),
            strangers=(),
            answered=tuple(one for one in strangers if one.call_id in event.answering),
            anew=self.routed is not None,
        )


NOT_BEGUN = Round()
Rounds = Mapping[CallId | None, Round]  # by the call of the expert who selects; None: the router


def selector(event: RoundEvent) -> CallId | None:
    """Return the call of the expert whose selection it is; None: the router's."""
    return event.call.by if isinstance(event, ExpertCalled) else event.by


def calls_in(
    rounds: Rounds, by: CallId | None = None, above: frozenset[CallId | None] = frozenset()
) -> Iterator[Call]:
    """Yield the calls made by *by*, each followed by those that its expert made.

    Those *above* are not looked into again: ids that repeat would lead in circles.
    """
    for call in rounds.get(by, NOT_BEGUN).calls:
        yield call
        if call.id not in (path := above | {by}):
            yield from calls_in(rounds, call.id, path)


def experts_to(call: Call, rounds: Rounds) -> tuple[ExpertName, ...]:
    """Return who consults whom, down to the expert of *call*."""
    experts, seen = [call.expert], {call.id}
    calls = {other.id: other for other in calls_in(rounds)}
    while call.by and call.by not in seen and call.by in calls:
        call = calls[call.by]
        experts.append(call.expert)
        seen.add(call.id)
    return tuple(reversed(experts))


def in_one(call: Call, joined: Sequence[Call]) -> Call:
    """Return *call* with its own question and those of the calls that *joined* it, each once."""
    if not joined:
        return call
    calls = (call, *joined)
    briefs = [*dict.fromkeys(one.brief for one in calls if one.brief)]
    reasons = [*dict.fromkeys(one.reason for one in calls if one.reason)]
    brief = "".join(briefs[:1])
    if len(briefs) > 1:
        numbered = "\n".join(f"{number}. {text}" for number, text in enumerate(briefs, 1))
        brief = f"Answer each of these:\n{numbered}"
    return replace(call, brief=brief, reason="; ".join(reasons))
