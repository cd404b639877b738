"""Telling people why there is no answer: once, and with what can be done about it."""

from bot.panel.errors import MessengerRefused, ModelFault, ModelRefused, Poisoned
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.model import Turn
from bot.panel.replies.thread_writer import ThreadWriter
from bot.panel.texts import apologies, failure_sentences, refusal_sentences
from bot.panel.threads.thread_store import Standing, ThreadStore

NO_CREDIT = "no-credit"

# What somebody can put right, so that the same turn can be answered then.
MENDABLE = frozenset(
    {
        ModelFault.QUOTA,
        ModelFault.ACCESS,
        ModelFault.FORBIDDEN,
        ModelFault.REGION,
        ModelFault.MODEL,
        ModelFault.NO_TOOLS,
        ModelFault.TOOLS_OFF,
    }
)


def fault_of(refusal: ModelRefused, turn: Turn) -> ModelFault:
    """Return why the model's side refused, with what *turn* adds to it.

    Where nothing was said before the question, a content filter has stopped the question.
    """
    if refusal.fault is ModelFault.FILTERED and turn.about == turn.thread.thread_ts:
        return ModelFault.FILTERED_QUESTION
    return refusal.fault


class FailureNotice:
    """Says why a turn is not answered, or not by everybody."""

    def __init__(self, threads: ThreadStore) -> None:
        self._threads = threads

    async def give_up(self, record: TurnRecord, writer: ThreadWriter, error: BaseException) -> None:
        """Tell the thread that the turn is put aside because of *error*, and offer a retry.

        Not if all that people wait for has been said; nor is a poisoned turn theirs to retry.
        """
        await writer.end_streams()
        if record.progress.closed and record.posts.said_something:
            return
        if isinstance(error, Poisoned):
            sentence = failure_sentences.poisoned(error.deaths)
            await writer.post(record.progress.giving_up, sentence)
            return
        match error:
            case ModelRefused(fault=ModelFault.QUOTA):
                sentence = await self._no_credit_sentence(record.turn)
            case ModelRefused(server=server):
                fault = fault_of(error, record.turn)
                sentence = refusal_sentences.router_failed(fault, server)
            case MessengerRefused():
                sentence = apologies.refused(error)
            case _ if record.posts.said_something:
                reason = failure_sentences.why_given_up(error)
                sentence = failure_sentences.gave_up_halfway(reason)
            case _:
                sentence = failure_sentences.gave_up(failure_sentences.why_given_up(error))
        if deaths := record.claim.deaths:
            sentence = f"{sentence} {failure_sentences.killed_before(deaths)}"
        await writer.offer_retry(record.progress.giving_up, sentence)

    async def no_credit(self, record: TurnRecord, writer: ThreadWriter) -> None:
        """Tell the thread once that experts or the router found the account empty."""
        await writer.post(NO_CREDIT, await self._no_credit_sentence(record.turn))

    async def concerns(self, turn: Turn) -> bool:
        """Whether anybody in the thread waits for an answer; else people talk among themselves."""
        return turn.mentions_bot or await self._threads.standing(turn.thread) is Standing.OURS

    async def _no_credit_sentence(self, turn: Turn) -> str:
        is_first = await self._threads.is_first_to_post(NO_CREDIT, turn)
        return (
            refusal_sentences.router_failed(ModelFault.QUOTA)
            if is_first
            else failure_sentences.still_no_credit()
        )
