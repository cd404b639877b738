"""Where the router is unsure, people choose who answers, at a message with buttons.

1. The turn that offers them ends with it: nothing waits.
2. Whoever presses first makes another turn, which asks the chosen; no other press counts.
3. That turn takes the buttons away. So does a question that comes before anybody has pressed, and
   whoever says *stop*.
"""

from collections.abc import Sequence

from bot.panel.approvals.lost_turns import LostTurns
from bot.panel.journal.events import Routed
from bot.panel.messaging.messenger import Ending
from bot.panel.model import Expert, Steer, WhenUnsure
from bot.panel.routing import gate
from bot.panel.routing.gate import Unsure
from bot.panel.texts import sentences
from bot.panel.turn.turn_context import TurnContext

OFFER = "offer"  # the part name of that message


def is_offered(context: TurnContext) -> bool:
    """Whether the turn has begun to let people choose."""
    progress = context.progress
    return OFFER in progress.posts.posting or OFFER in progress.posts.posted


async def is_left_to_people(context: TurnContext) -> bool:
    """Whether people are to choose who answers: they are asked, and with that the turn ends."""
    candidates = _candidates(context)
    if not (candidates or is_offered(context)):
        return False
    await context.writer.offer_choice(OFFER, sentences.whom_to_ask(), candidates)
    await context.record.note(Routed(direct=True, likelihoods=context.progress.likelihoods))
    return True


def _candidates(context: TurnContext) -> Sequence[Expert]:
    progress, look = context.progress, context.rules.look
    if context.turn.steer or progress.likelihoods is None or progress.round_of().asked:
        return ()
    thresholds = look.thresholds if look else gate.DEFAULT
    if is_offered(context):  # whatever the settings say by now: people may see it
        names = gate.likeliest(progress.likelihoods, thresholds)
    else:
        decided = gate.decide(progress.likelihoods, mode(context), thresholds)
        names = decided.candidates if isinstance(decided, Unsure) else ()
    experts = [expert for name in names if (expert := context.panel.find(name))]
    return experts[: context.rules.consultations]


async def show_choice(context: TurnContext, steer: Steer) -> None:
    """Let the message that asked show who was chosen, and by whom, in place of its buttons."""
    titles = [context.panel.persona(name).name for name in steer.experts]
    post = context.writer.draft(OFFER, sentences.whom_to_ask())
    ending = Ending(sentences.chosen(titles), by=context.turn.messages[0].author)
    messenger, thread = context.services.messenger, context.turn.thread
    await context.writer.leave(messenger.ended(thread, steer.until, post, ending))


async def pass_over(context: TurnContext) -> None:
    """Take the buttons away where the thread goes on with a new question before anybody chose.

    What is left to people is unread: without that, there is nothing to look for. People may have
    been asked before they were to be asked no more.
    """
    turn, unread = context.turn, context.input.unread
    may_have_asked = context.rules.look or mode(context) is not WhenUnsure.OFF
    if not (unread.said and may_have_asked):
        return
    stores = context.services.stores
    lost = LostTurns(context.services.messenger, stores.approvals, stores.outbox)
    # Also what came after this was written; the next question will not look for it any more.
    await lost.settle_surely(turn.thread, besides=turn.id)


def mode(context: TurnContext) -> WhenUnsure:
    """Return when people of the thread are asked whom to ask."""
    return context.panel.unsure or context.rules.unsure
