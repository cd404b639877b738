"""The report of a finished turn: who was called, how long it took, and how many tokens.

It has no content: reasons, briefs and answers are in Slack and in the conversations only. It is
made from the turn's journal.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.panel.journal.events import (
    ApprovalAsked,
    Closed,
    ClosingStarted,
    ExpertAnswered,
    ExpertAsked,
    ExpertFailed,
    LikelihoodsAsked,
    LikelihoodsJudged,
    Retried,
    Routed,
    RouterAsked,
    TurnEvent,
)
from bot.panel.journal.failures import Failure
from bot.panel.journal.progress import Progress
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.language_model import prompts
from bot.panel.language_model.expert_calls import expert_called
from bot.panel.language_model.panel_version import panel_version
from bot.panel.model import Call, CallId, ExpertName, MessageTs, Panel, Turn, TurnId
from bot.panel.routing.decision import Routing
from bot.panel.usage import NO_USAGE, Usage

log = logging.getLogger(__name__)

_CONSULTING = (ExpertAsked, ExpertAnswered, ApprovalAsked, ExpertFailed)  # the first, the last


@dataclass(frozen=True, slots=True)
class Stage:
    """The time and tokens of one request to a model."""

    model: str
    seconds: float = 0.0  # from the first attempt, including crashes; a later retry starts anew
    usage: Usage = NO_USAGE  # unknown if the response was lost and only its text recovered
    instead_of: str = ""  # the model that was asked first, if a fallback answered


@dataclass(frozen=True, slots=True)
class ConsultationReport:
    """One expert's part in a turn."""

    call_id: CallId
    expert: ExpertName
    title: str  # its display name at that time
    known_as: CallId | None = None  # its id in the caller's conversation, if that tells not its own
    stage: Stage | None = None  # None: it was not asked
    failure: Failure | None = None
    by: CallId | None = None  # the call of the expert who asked; None: the router or people
    continues: CallId | None = None  # the call that it continued


@dataclass(frozen=True, slots=True)
class TurnReport:
    """The report of a finished turn."""

    mark: MessageTs  # identifies its message in the router's conversation
    seconds: float  # from the first entry of the journal, or the last manual retry, to the end
    direct: bool = False  # people named the experts themselves
    consultations: tuple[ConsultationReport, ...] = ()
    choosing: Stage | None = None
    closing: Stage | None = None  # None: no synthesis
    thread_ts: str = ""  # empty in older reports
    routing: Routing | None = None  # None: nobody was chosen yet, or an older report


def of(record: TurnRecord, turn: Turn, panel: Panel, router_model: str) -> TurnReport:
    """Return the report of *turn*, the one of *record* or that with more messages."""
    progress, events = record.progress, record.events
    latest = _since_retry(events)
    direct = progress.routed is not None and progress.routed.direct and not progress.is_likely
    own = [event for event in events if getattr(event, "by", None) is None]  # the router's
    return TurnReport(
        mark=turn.messages[-1].ts,
        seconds=_between(latest[0], latest[-1]) if latest else 0.0,
        direct=direct,
        consultations=tuple(
            _consultation(call, events, panel, turn.id) for call in progress.all_calls
        ),
        choosing=None if direct else _choosing(router_model, own),
        closing=_closing(router_model, own),
        thread_ts=turn.thread.thread_ts,
        routing=_routing(progress, panel) if progress.routed else None,
    )


def _routing(progress: Progress, panel: Panel) -> Routing:
    asked = {call.expert for call in progress.all_calls}
    called = {expert_called(name, panel) for name in progress.left_out}
    left_out = {expert.name for expert in called if expert}
    others = tuple(expert.name for expert in panel.experts if expert.name not in asked)
    own = progress.round_of(None)
    return Routing(
        panel_version(panel),
        others,
        left_out=tuple(name for name in others if name in left_out),
        unknown=sum(not stranger.limit for stranger in own.strangers + own.answered),
        likelihoods=own.routed.likelihoods if own.routed else None,
        threshold=own.routed.threshold if own.routed else 0.0,
    )


def _choosing(model: str, own: Sequence[TurnEvent]) -> Stage | None:
    stage = _stage(model, own, RouterAsked, Routed)
    judged = next((event for event in own if isinstance(event, LikelihoodsJudged)), None)
    if judged is None:
        return stage
    if stage is None:
        return _stage(model, own, LikelihoodsAsked, LikelihoodsJudged)
    return replace(stage, usage=stage.usage + judged.usage)


def _consultation(
    call: Call, events: Sequence[TurnEvent], panel: Panel, turn: TurnId
) -> ConsultationReport:
    own = [event for event in events if getattr(event, "call_id", call.id) == call.id]  # or none
    asked = next((event for event in own if isinstance(event, ExpertAsked)), None)
    stage = _stage(asked.model, own, *_CONSULTING) if asked else None
    choosing = [e.usage for e in events if isinstance(e, Routed) and e.by == call.id]
    if stage:  # an expert who consults others is asked twice
        stage = replace(stage, usage=sum(choosing, stage.usage))
    failures = (event.failure for event in own if isinstance(event, ExpertFailed))
    return ConsultationReport(
        call_id=call.id,
        expert=call.expert,
        title=panel.persona(call.expert).name,
        known_as=_unlike_own(call, turn),
        stage=stage,
        failure=next(failures, None),
        by=call.by,
        continues=call.continues,
    )


def _unlike_own(call: Call, turn: TurnId) -> CallId | None:
    """Return by what id its caller knows *call*, unless its own id is that, or made from it."""
    if (known_as := call.known_as) is None:
        return None
    own = (known_as, prompts.own_id(turn, known_as, call.by))
    return None if call.id in own else known_as


def _closing(model: str, events: Sequence[TurnEvent]) -> Stage | None:
    closed = next((event for event in events if isinstance(event, Closed)), None)
    if closed is None or not (closed.text or closed.usage != NO_USAGE):
        return None
    return _stage(model, events, ClosingStarted, Closed)


def _stage(
    model: str, events: Sequence[TurnEvent], first: type[TurnEvent], *last: type[TurnEvent]
) -> Stage | None:
    """Return the stage between an event of type *first* and one of the types *last*."""
    ends = [index for index, event in enumerate(events) if isinstance(event, last)]
    attempt = _since_retry(events[: ends[0] + 1]) if ends else ()
    start = next((event for event in attempt if isinstance(event, first)), None)
    if start is None:
        return None
    end = attempt[-1]
    usage, fallback = getattr(end, "usage", NO_USAGE), getattr(end, "model", "")
    return Stage(fallback or model, _between(start, end), usage, model if fallback else "")


def _since_retry(events: Sequence[TurnEvent]) -> Sequence[TurnEvent]:
    retries = [index for index, event in enumerate(events) if isinstance(event, Retried)]
    return events[retries[-1] + 1 :] if retries else events


def _between(first: TurnEvent, last: TurnEvent) -> float:
    if not first.at:  # an older version wrote no times
        return 0.0
    return max(0.0, (last.at - first.at) / 1000)  # workers' clocks differ


def log_answered(turn: Turn, progress: Progress) -> None:
    """Log that *turn* was answered: the figures of its report."""
    usage = progress.usage
    log.info(
        "turn.answered",
        extra={
            "experts": len(progress.calls),
            "tokens_in": usage.input,
            "tokens_cached": usage.cached,
            "tokens_cache_written": usage.extras.written + usage.extras.written_12h,
            "tokens_out": usage.output,
        },
    )
