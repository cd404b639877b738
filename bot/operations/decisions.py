"""What was decided in each routing, from the reports of finished turns; for programs, and people.

Content, if it is wanted, is read where it lies: in Slack, and in the model's conversations.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bot.panel.errors import PanelError
from bot.panel.messaging.transcript import Transcript
from bot.panel.model import ThreadRef, TurnId
from bot.panel.prices import Prices
from bot.panel.reports.feedback import question_of
from bot.panel.reports.turn_inspector import TurnInspector
from bot.panel.reports.turn_report import ConsultationReport, Stage, TurnReport
from bot.panel.routing.decision import Routing
from bot.panel.routing.learning import Redact
from bot.panel.usage import NO_USAGE
from bot.redactors import Kind, Text

Fields = dict[str, Any]


def thread_of(turn: TurnId, report: TurnReport) -> ThreadRef:
    """Return the thread in which *turn* was answered."""
    team_id, channel_id, ts = turn.split(":")
    return ThreadRef(team_id, channel_id, report.thread_ts or ts)


def decision_fields(turn: TurnId, report: TurnReport, prices: Prices) -> Fields:
    """Return what was decided in *turn*; None stands for what is not known."""
    routing = report.routing
    chosen = dict.fromkeys(one.expert for one in report.consultations if one.by is None)
    asked_at = datetime.fromtimestamp(float(question_of(turn)), UTC)
    return {
        "id": turn,
        "thread": thread_of(turn, report).place,
        "at": asked_at.isoformat(timespec="seconds"),
        "chosen_by": "people" if report.direct else "router",
        "experts": [*chosen],
        "asked": [_asked(one, report) for one in report.consultations],
        **_not_asked(routing, direct=report.direct),
        **_cost(report.choosing, prices),
    }


async def content_fields(
    turn: TurnId,
    report: TurnReport,
    transcript: Transcript,
    inspector: TurnInspector,
    redact: Redact | None,
) -> Fields:
    """Return the question, and the router's reasons and briefs by expert, as far as they are there.

    All of it as redactors let it pass. What cannot be read is None, and *unread* says why.
    """
    thread, fields = thread_of(turn, report), Fields(text=None, reasons=None, briefs=None)
    try:
        said = await transcript.people_said(thread, since=question_of(turn), until=report.mark)
        (text,) = await _passed(["\n".join(one.text for one in said)], redact)
        fields["text"] = text or None
        trace = await inspector.trace(thread, turn)
        if trace.text_available:
            experts = {one.call_id: one.expert for one in report.consultations}
            names = [experts[one.call_id] for one in trace.parts]
            reasons = await _passed([one.reason for one in trace.parts], redact)
            briefs = await _passed([one.brief for one in trace.parts], redact)
            for field, words in (("reasons", reasons), ("briefs", briefs)):
                fields[field] = {name: one for name, one in zip(names, words, strict=True) if one}
    except PanelError as error:
        return fields | {"unread": str(error) or type(error).__name__}
    return fields


async def _passed(texts: Sequence[str], redact: Redact | None) -> Sequence[str]:
    return await redact([Text(one, Kind.SAID) for one in texts]) if redact else texts


def _asked(one: ConsultationReport, report: TurnReport) -> Fields:
    callers = {each.call_id: each.expert for each in report.consultations}
    likelihoods = report.routing.likelihoods if report.routing else None
    return {
        "expert": one.expert,
        "by": one.by and callers.get(one.by),
        "continued": one.continues is not None,
        "failed": one.failure and one.failure.value,
        "likelihood": likelihoods and likelihoods.experts.get(one.expert),
    }


def _not_asked(routing: Routing | None, *, direct: bool) -> Fields:
    if routing is None:
        unknown = ("not_asked", "unknown", "panel", "nobody", "threshold")
        return dict.fromkeys(unknown)
    return {
        "not_asked": [
            {"expert": one.expert, "why": one.why.value, "likelihood": one.likelihood}
            for one in routing.not_asked(direct=direct)
        ],
        "unknown": routing.unknown,
        "panel": routing.panel,
        "nobody": routing.likelihoods and routing.likelihoods.nobody,
        "threshold": routing.threshold or None,
    }


def _cost(stage: Stage | None, prices: Prices) -> Fields:
    if stage is None:
        return dict.fromkeys(("router", "instead_of", "seconds", "usage", "cost"))
    is_known = stage.usage != NO_USAGE
    cost: Decimal | None = prices.cost(stage.model, stage.usage) if is_known else None
    usage = {name: getattr(stage.usage, name) for name in ("input", "cached", "output")}
    return {
        "router": stage.model,
        "instead_of": stage.instead_of or None,
        "seconds": round(stage.seconds, 3),
        "usage": usage if is_known else None,
        "cost": None if cost is None else f"{cost.normalize():f}",
    }
