"""Thumbs down with a reason, as corrections: they say whom people did not want, and no more."""

from dataclasses import dataclass

from bot.panel.messaging.transcript import Transcript
from bot.panel.model import ThreadRef, UserId
from bot.panel.reports.feedback import Feedback, Opinion, question_of
from bot.panel.reports.report_store import ReportStore
from bot.panel.routing.corrections import Correction, CorrectionKind
from bot.panel.routing.learning import Examples


@dataclass(frozen=True, slots=True)
class Dislikes:
    """Keeps those of answers by experts whom the router had asked."""

    examples: Examples
    reports: ReportStore
    transcript: Transcript

    async def keep(self, thread: ThreadRef, feedback: Feedback) -> None:
        """Keep *feedback* if it is one; a thumb up takes back what the same person had kept.

        May raise StoreUnavailable or MessengerUnavailable.
        """
        judged = feedback.judged
        id_ = f"{judged.turn} {feedback.by} {judged.expert}"
        if feedback.opinion is Opinion.GOOD:
            await self.examples.take_back(thread, id_)
            return
        if not (feedback.reason and judged.expert):
            return
        report = await self.reports.find(thread, judged.turn)
        if report is None or report.direct or report.thread_ts != thread.thread_ts:
            return
        asked = tuple(one.expert for one in report.consultations if one.by is None)
        said = await self.transcript.some(thread, {question_of(judged.turn)})
        if not said or judged.expert not in asked:
            return
        correction = Correction(
            id_,
            thread.thread_ts,
            said[0].ts,
            said[0].text,
            asked,
            CorrectionKind.DISLIKED,
            unwanted=(judged.expert,),
            people=tuple(dict.fromkeys((UserId(said[0].author.id), feedback.by))),
            messages=(said[0].ts,),
            at=feedback.at,
        )
        await self.examples.keep(thread.team_id, correction)
