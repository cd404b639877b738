"""What is kept of a turn that is done: who was called, how long it took, and what it used.

It holds no content: reasons, briefs and answers stay where they were said, in Slack and in the
conversations. It is folded from the turn's journal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.panel.journal.events import (
    ApprovalAsked,
    Closed,
    ClosingStarted,
    ExpertAnswered,
    ExpertAsked,
    ExpertFailed,
    Failure,
    Retried,
    Routed,
    RouterAsked,
    TurnEvent,
)
from bot.panel.journal.progress import Progress
from bot.panel.model import NO_USAGE, Call, CallId, ExpertName, MessageTs, Panel, Turn, Usage

_CONSULTING = (ExpertAsked, ExpertAnswered, ApprovalAsked, ExpertFailed)  # from the first on


@dataclass(frozen=True, slots=True)
class Stage:
    """What one request to a model took."""

    model: str
    seconds: float = 0.0  # from when it was first made; crashes count, waiting for a retry not
    usage: Usage = NO_USAGE  # none where the response was lost and its text found again
    instead_of: str = ""  # the model that was wanted, where another one answered


@dataclass(frozen=True, slots=True)
class Consultation:
    """One expert's part."""

    call_id: CallId
    expert: ExpertName
    title: str  # its display name then
    known_as: CallId | None = None  # the call's id in the router's conversation, if another
    stage: Stage | None = None  # None: it was not asked
    failure: Failure | None = None
    by: CallId | None = None  # the call of the expert who asked; None: the router did, or people
    continues: CallId | None = None  # the call whose question it went on with


@dataclass(frozen=True, slots=True)
class TurnReport:
    """A turn that is done."""

    mark: MessageTs  # the message by which it is found in the router's conversation
    seconds: float  # from the first entry of the journal, or somebody's retry, to the last
    direct: bool = False  # people named the experts themselves
    consultations: tuple[Consultation, ...] = ()
    choosing: Stage | None = None
    closing: Stage | None = None  # None: the router had nothing to sum up
    thread_ts: str = ""  # where the turn was; empty in older reports


def of(turn: Turn, events: Sequence[TurnEvent], panel: Panel, router_model: str) -> TurnReport:
    """Return the report of a turn of which *events* is the journal."""
    progress = Progress.of(events)
    latest = _since_retry(events)
    direct = progress.routed is not None and progress.routed.direct
    own = [event for event in events if getattr(event, "by", None) is None]  # the router's
    return TurnReport(
        mark=turn.messages[-1].ts,
        seconds=_between(latest[0], latest[-1]) if latest else 0.0,
        direct=direct,
        consultations=tuple(_consultation(call, events, panel) for call in progress.all_calls),
        choosing=None if direct else _stage(router_model, own, RouterAsked, Routed),
        closing=_closing(router_model, own),
        thread_ts=turn.thread.thread_ts,
    )


def _consultation(call: Call, events: Sequence[TurnEvent], panel: Panel) -> Consultation:
    # All but the other calls' events.
    own = [event for event in events if getattr(event, "call_id", call.id) == call.id]
    asked = next((event for event in own if isinstance(event, ExpertAsked)), None)
    stage = _stage(asked.model, own, *_CONSULTING) if asked else None
    choosing = [one.usage for one in events if isinstance(one, Routed) and one.by == call.id]
    if stage:  # an expert who consults others has been asked twice
        stage = replace(stage, usage=sum(choosing, stage.usage))
    failures = (event.failure for event in own if isinstance(event, ExpertFailed))
    return Consultation(
        call_id=call.id,
        expert=call.expert,
        title=panel.persona(call.expert).name,
        known_as=call.known_as if call.known_as != call.id else None,
        stage=stage,
        failure=next(failures, None),
        by=call.by,
        continues=call.continues,
    )


def _closing(model: str, events: Sequence[TurnEvent]) -> Stage | None:
    closed = next((event for event in events if isinstance(event, Closed)), None)
    if closed is None or not (closed.text or closed.usage != NO_USAGE):
        return None
    return _stage(model, events, ClosingStarted, Closed)


def _stage(
    model: str, events: Sequence[TurnEvent], first: type[TurnEvent], *last: type[TurnEvent]
) -> Stage | None:
    """Return the stage from the first event of a kind to the one that ended it."""
    ends = [place for place, event in enumerate(events) if isinstance(event, last)]
    attempt = _since_retry(events[: ends[0] + 1]) if ends else ()
    began = next((event for event in attempt if isinstance(event, first)), None)
    if began is None:
        return None
    ended = attempt[-1]
    usage, other = getattr(ended, "usage", NO_USAGE), getattr(ended, "model", "")
    return Stage(other or model, _between(began, ended), usage, model if other else "")


def _since_retry(events: Sequence[TurnEvent]) -> Sequence[TurnEvent]:
    """Return what has happened since somebody wanted the turn tried again, if anybody did."""
    places = [place for place, event in enumerate(events) if isinstance(event, Retried)]
    return events[places[-1] + 1 :] if places else events


def _between(first: TurnEvent, last: TurnEvent) -> float:
    return (last.at - first.at) / 1000 if first.at else 0.0  # an older version noted no times
