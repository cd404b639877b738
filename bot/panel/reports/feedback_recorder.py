"""Taking people's opinions of replies, with the model that wrote each."""

import time
from collections.abc import Callable

from bot.panel.language_model.model_choice import ModelChoice
from bot.panel.model import CallId, ThreadRef, UserId
from bot.panel.reports.feedback import LONGEST_REASON, Feedback, Judged, Opinion
from bot.panel.reports.feedback_store import FeedbackStore
from bot.panel.reports.report_store import ReportStore
from bot.panel.reports.turn_report import Stage, TurnReport
from bot.panel.roster.panel_editor import PanelEditor


class FeedbackRecorder:
    """Keeps what people think; a change of mind takes the place of what they said before."""

    def __init__(
        self,
        store: FeedbackStore,
        reports: ReportStore,
        editor: PanelEditor,
        models: ModelChoice,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._reports = reports
        self._editor = editor
        self._models = models
        self._clock = clock

    async def take(
        self, thread: ThreadRef, judged: Judged, opinion: Opinion, by: UserId, reason: str = ""
    ) -> Feedback:
        """Keep what *by* thinks of a reply in *thread*, and return it."""
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
        return feedback

    async def _model(self, thread: ThreadRef, judged: Judged) -> str:
        """Return which model wrote the reply: of a turn that is not done yet, the expert's own."""
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
    return next((one.stage for one in report.consultations if one.call_id == call), None)
