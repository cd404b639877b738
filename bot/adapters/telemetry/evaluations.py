"""What people think of replies, as events of the conventions, in the trace of the turn."""

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import Context
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

from bot import __version__
from bot.adapters.telemetry import conventions as names
from bot.adapters.telemetry import ids
from bot.panel.model import CallId
from bot.panel.reports.feedback import Feedback, Judged, Opinion

_SCORES = {Opinion.GOOD: 1.0, Opinion.BAD: 0.0}
_THUMB = "thumb"


class Evaluations:
    """Sends opinions with *provider*; with the reasons that people type if it *captures* them."""

    def __init__(self, provider: LoggerProvider, *, captures: bool) -> None:
        self._logger = provider.get_logger("panelbot", __version__)
        self._captures = captures

    def tell(self, feedback: Feedback) -> None:
        self._logger.emit(self._event(feedback))

    def _event(self, feedback: Feedback) -> LogRecord:
        judged = feedback.judged
        attributes: dict[str, str | float] = {
            names.EVALUATION_NAME: _THUMB,
            names.EVALUATION_SCORE: _SCORES[feedback.opinion],
            names.EVALUATION_LABEL: feedback.opinion.value,
            names.REQUEST_MODEL: feedback.model,
            names.TURN: judged.turn,
        }
        if judged.expert:
            attributes[names.AGENT] = judged.expert
        if feedback.reason and self._captures:
            attributes[names.EVALUATION_EXPLANATION] = feedback.reason
        return LogRecord(
            timestamp=feedback.at * 1_000_000,
            context=_where(judged),
            severity_number=SeverityNumber.INFO,
            event_name=names.EVALUATION,
            attributes=attributes,
        )


def _where(judged: Judged) -> Context:
    """Return the span that is judged: the expert's, or that of the turn for the router's words."""
    call = CallId(judged.reply.partition(":")[2])
    turn = judged.turn
    span = ids.consultation(turn, call) if judged.expert else ids.first_attempt(turn)
    flags = TraceFlags(TraceFlags.SAMPLED)
    context = SpanContext(ids.trace_of(turn), span, is_remote=True, trace_flags=flags)
    return set_span_in_context(NonRecordingSpan(context), Context())
