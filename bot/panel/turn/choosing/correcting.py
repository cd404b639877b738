"""Finding out whether a turn corrects whom the router had asked before, and keeping that.

It is noted before anybody is asked, and again by whoever resumes the turn: it is kept once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot import runtime
from bot.panel.intake.addressing import addressed
from bot.panel.model import ExpertName, MessageTs, UserId, Wish
from bot.panel.reports.turn_report import TurnReport
from bot.panel.routing import gate
from bot.panel.routing.corrections import Correction, CorrectionKind
from bot.panel.turn.turn_context import TurnContext
from bot.panel.utterance import Utterance

_SOON = 3600.0  # seconds in which an expert who is called by name was wanted for what came before
_MOST_BEFORE = 5  # messages that are looked at


@dataclass(frozen=True, slots=True)
class _Routed:
    """A question that the router had routed."""

    question: Sequence[Utterance]
    asked: tuple[ExpertName, ...]


async def keep_correction(context: TurnContext) -> None:
    """Keep what the turn of *context* corrects, if it does and if that is wanted."""
    if (examples := context.services.examples) is None:
        return
    steer = context.turn.steer
    if steer and steer.chosen:
        about = context.input.question[0].about
        kind, routed = CorrectionKind.CHOSEN, _Routed(about, ()) if about else None
        wanted = [name for name in steer.experts if context.panel.find(name)]
    elif steer and steer.wish is Wish.ANOTHER:
        kind, routed = CorrectionKind.ANOTHER, await _steered(context)
        wanted = [name for name in steer.experts if context.panel.find(name)]
    elif named := addressed(context.turn.messages, context.panel):
        kind, routed = CorrectionKind.NAMED, await _before(context)
        wanted = [expert.name for expert in named]
    else:
        return
    missed = [name for name in wanted if routed and name not in routed.asked]
    if routed and 0 < len(missed) <= gate.MOST_OFFERED:  # more is everybody, of whatever question
        question = routed.question
        authors = (UserId(one.author.id) for one in question if one.author.id)
        correction = Correction(
            context.turn.id,
            context.turn.thread.thread_ts,
            question[0].ts,
            "\n".join(one.text for one in question),
            routed.asked,
            kind,
            tuple(missed),
            people=tuple(dict.fromkeys([*authors, *context.turn.authors])),
            messages=tuple(one.ts for one in question),
            at=round(runtime.time() * 1000),
        )
        await examples.keep(context.turn.thread.team_id, correction)


async def _steered(context: TurnContext) -> _Routed | None:
    """Return the question that the pressed button is about."""
    question = context.input.question[0].about
    turn = context.turn.thread.turn(context.turn.about)
    report = await context.services.stores.reports.find(context.turn.thread, turn)
    asked = _asked(report) if report else None
    return None if asked is None or not question else _Routed(question, asked)


async def _before(context: TurnContext) -> _Routed | None:
    """Return the question before this one in the thread, if it was asked a short while ago."""
    turn, services = context.turn, context.services
    thread, first = turn.thread, turn.messages[0].ts
    if first == thread.thread_ts:
        return None
    root = MessageTs(thread.thread_ts)
    said = await services.transcript.people_said(thread, since=root, until=first)
    own = {message.ts for message in turn.messages}
    for one in [one for one in said if one.ts not in own][: -_MOST_BEFORE - 1 : -1]:
        if float(first) - float(one.ts) > _SOON:
            break
        report = await services.stores.reports.find(thread, thread.turn(one.ts))
        if report:
            asked = _asked(report)  # of nobody, as after a greeting, nobody's field is missed
            return _Routed([one], asked) if asked else None
    return None


def _asked(report: TurnReport) -> tuple[ExpertName, ...] | None:
    """Return whom the router asked in the turn of *report*; None if it did not choose."""
    if report.direct:
        return None
    return tuple(dict.fromkeys(c.expert for c in report.consultations if c.by is None))
