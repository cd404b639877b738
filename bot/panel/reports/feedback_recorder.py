"""Recording feedback, with the model that wrote the reply."""

from collections.abc import Callable

from bot import runtime
from bot.panel import observing
from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.model import CallId, ThreadRef, UserId
from bot.panel.observing import Measure
from bot.panel.reports.dislikes import Dislikes
from bot.panel.reports.feedback import LONGEST_REASON, Feedback, FeedbackStore, Judged, Opinion
from bot.panel.reports.report_store import ReportStore
from bot.panel.reports.turn_report import Stage, TurnReport
from bot.panel.roster.panel_editor import PanelEditor


class FeedbackRecorder:
    """Records feedback; a second opinion of the same person replaces the first."""

    def __init__(
        self,
        store: FeedbackStore,
        reports: ReportStore,
        editor: PanelEditor,
        models: ModelChoice,
        dislikes: Dislikes | None = None,
        *,
        clock: Callable[[], float] = runtime.time,
    ) -> None:
        self._store = store
        self._reports = reports
        self._editor = editor
        self._models = models
        self._dislikes = dislikes
        self._clock = clock

    async def record(
        self, thread: ThreadRef, judged: Judged, opinion: Opinion, by: UserId, reason: str = ""
    ) -> Feedback:
        feedback = Feedback(
            judged=judged,
            thread_ts=thread.thread_ts,
            by=by,
            opinion=opinion,
            at=round(self._clock() * 1000),
            model=await self._model(thread, judged),
            reason=reason.strip()[:LONGEST_REASON],
        )
        await self._store.save(thread.team_id, feedback)
        observing.count(Measure.FEEDBACK, feedback=feedback)
        if self._dislikes:
            await self._dislikes.keep(thread, feedback)
        return feedback

    async def _model(self, thread: ThreadRef, judged: Judged) -> str:
        """Return which model wrote the reply; if there is no report yet, the configured one."""
        report = await self._reports.find(thread, judged.turn)
        if stage := report and _stage(report, judged):
            return stage.model
        if judged.expert is None:
            return self._models.router
        expert = (await self._editor.panel(thread)).find(judged.expert)
        return (expert and expert.model) or self._models.expert


def _stage(report: TurnReport, judged: Judged) -> Stage | None:
    if judged.expert is None:
        return report.closing or report.choosing
    call = CallId(judged.reply.partition(":")[2])
    return next((c.stage for c in report.consultations if c.call_id == call), None)
